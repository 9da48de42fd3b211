import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rig, readFromTar } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { runScript, type ScriptRun } from './run-script.ts';
import { scenario } from './scenario.ts';

const command = join(import.meta.dirname, '../../tools/cli/bin/diskimage-builder');

/** Calls `diskimage-builder` on one file, in the folder `out`, which is in no workspace. */
async function build(rig: Rig, text: string, options: readonly string[] = []): Promise<ScriptRun> {
  const cwd = join(rig.root, 'out');
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'images.yaml'), text);
  return runScript(command, [...options, 'images.yaml'], {
    cwd,
    environment: { KILN_STORE: rig.store, ELEMENTS_PATH: join(rig.root, 'elements'), DIB_NO_TIMESTAMP: '1' },
  });
}

async function prepare(rig: Rig): Promise<void> {
  await rig.element('web', { 'install.d/10-a': 'echo "${WEB_NAME:-none}" >/name\n' });
  await rig.element('broken', { 'install.d/10-b': 'exit 3\n' });
}

const tar = (name: string, more: string): string =>
  `- {imagename: ${name}, types: [tar], skip-base: true, elements: [tiny-os, ${more}\n`;

/** What ran or was restored, and the command lines. */
function story({ stdout, stderr }: ScriptRun): readonly string[] {
  const lines = [...stderr.split('\n'), ...stdout.split('\n')];
  return lines.filter((line) => /-image-create -o|Running .*root\.d|root\.d restored|failed:/.test(line));
}

scenario('images that begin alike share their beginning; each has its environment', async (rig) => {
  await prepare(rig);
  const text =
    tar('one', 'web], environment: {WEB_NAME: first}}') +
    tar('two', 'web], environment: {WEB_NAME: second}}');
  const run = await build(rig, text);
  expect(run.exitCode).toBe(0);
  expect(story(run)).toEqual([
    'WEB_NAME=first disk-image-create -o one -t tar -n tiny-os web',
    'WEB_NAME=second disk-image-create -o two -t tar -n tiny-os web',
    'dib-run-parts Running /run/kiln/hooks/root.d/10-tree',
    expect.stringContaining('root.d restored'),
  ]);
  expect(await readFromTar(join(rig.root, 'out/one.tar'), 'name')).toBe('first');
  expect(await readFromTar(join(rig.root, 'out/two.tar'), 'name')).toBe('second');
});

scenario('an image that fails does not keep the next from being built, unless it is told to', async (rig) => {
  await prepare(rig);
  const text = tar('bad', 'broken]}') + tar('good', 'web]}');
  const stopped = await build(rig, text, ['--stop-on-failure']);
  expect(stopped.exitCode).toBe(1);
  expect(stopped.stderr).not.toContain('-o good');
  const run = await build(rig, text);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('diskimage-builder: 1 of 2 failed: bad (exit code ');
  expect(await readFromTar(join(rig.root, 'out/good.tar'), 'name')).toBe('none');
  expect(existsSync(join(rig.root, 'out/bad.tar'))).toBe(false);
});
