import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { kiln } from './kiln-process.ts';
import { done, scenario } from './scenario.ts';

const password = 'correct-horse-battery';

/** All text below some folders. */
async function textBelow(...folders: readonly string[]): Promise<string> {
  const texts: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) texts.push(await readFile(join(entry.parentPath, entry.name), 'latin1'));
    }
  }
  return texts.join('\n');
}

scenario('a secret reaches hooks, and no log, event, record, receipt or manifest', async (rig) => {
  await rig.element('web', {
    'element.yaml': 'secrets: [WEB_LICENCE]\n',
    'environment.d/10-web': 'export WEB_TOKEN="token-of-${WEB_PASSWORD}"\n',
    'install.d/10-print': [
      'set -x',
      'test "${#WEB_PASSWORD}" = 21',
      'echo "password $WEB_PASSWORD"',
      'echo "$WEB_TOKEN $WEB_LICENCE" >&2',
      'echo "from $WEB_INDEX"',
      '',
    ].join('\n'),
    'install.d/20-fail': '[ "$WEB_PORT" = 80 ] || { echo "cannot use $WEB_PASSWORD"; exit 1; }\n',
  });
  await rig.image('box', ['web']);
  const environment = {
    WEB_PASSWORD: password,
    WEB_LICENCE: `licence-${password}`,
    WEB_INDEX: `https://me:${password}@index.example.org/simple`,
    WEB_PORT: '80',
  };
  const failed = await rig.build('box', { environment: { ...environment, WEB_PORT: '81' } });
  expect(failed.failures).toMatchObject([{ code: 'hook-failed' }]);
  expect(JSON.stringify(failed.failures)).toContain('cannot use ***');
  const build = done(await rig.build('box', { environment }));
  const printed = build.events.flatMap((event) => (event.type === 'hook-output' ? [event.line] : []));
  expect(printed).toEqual(
    expect.arrayContaining(['password ***', '*** ***', 'from https://***@index.example.org/simple']),
  );
  const seen = `${JSON.stringify([failed, build])}\n${await textBelow(rig.outputDirectory('box'), rig.store)}`;
  expect(seen).not.toContain(password);

  const changed = { ...environment, WEB_PASSWORD: 'another-password' };
  const explained = await kiln(rig, ['explain', 'box', 'install'], { environment: changed });
  expect(explained.stdout + explained.stderr).not.toMatch(/another-password|correct-horse/);
});

scenario('environment.d that fails shows no secret either', async (rig) => {
  await rig.element('web', {
    'environment.d/10-web': 'export WEB_X=$WEB_PASSWORD\necho "bad $WEB_X" >&2\nexit 1\n',
    'install.d/10-use': 'echo "$WEB_X"\n',
  });
  await rig.image('box', ['web']);
  const build = await rig.build('box', { environment: { WEB_PASSWORD: password } });
  expect(build.failures).toMatchObject([{ code: 'environment-hook-failed' }]);
  expect(JSON.stringify(build)).toContain('bad ***');
  expect(JSON.stringify(build)).not.toContain(password);
});
