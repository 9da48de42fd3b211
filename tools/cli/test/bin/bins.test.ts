import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const packageFolder = join(import.meta.dirname, '../..');
const { bin } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
  readonly bin: Readonly<Record<string, string>>;
};

test.each(Object.entries(bin))('%s starts by way of the launcher, and by its plain name', (name, path) => {
  const file = join(packageFolder, path);
  accessSync(file, constants.X_OK);
  expect(readFileSync(file, 'utf8')).toContain(`launch('${name}')`);
  expect(realpathSync(join(packageFolder, 'bin', name))).toBe(join(packageFolder, 'bin/by-name.sh'));
});

test('a command called by its plain name, from another folder, runs its own source', () => {
  const ran = spawnSync(join(packageFolder, 'bin/element-info'), ['--version'], {
    cwd: '/',
    encoding: 'utf8',
  });
  expect(ran.stdout).toMatch(/^element-info of Kiln /);
  expect(ran.status).toBe(0);
});
