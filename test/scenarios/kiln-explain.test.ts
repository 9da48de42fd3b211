import type { Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { kiln } from './kiln-process.ts';
import { scenario } from './scenario.ts';

async function prepare(rig: Rig): Promise<void> {
  await rig.element('web', {
    'install.d/10-first': 'echo "${WEB_COLOUR:-red}" >/first\n',
    'install.d/20-second': 'echo second >/second\n',
    'finalise.d/10-late': 'echo late >/late\n',
  });
  await rig.image('box', ['web']);
}

async function fates(rig: Rig, environment = {}): Promise<Readonly<Record<string, string>>> {
  const { stdout, stderr, exitCode } = await kiln(rig, ['build', 'box', '--dry-run', '--json'], {
    environment,
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const { steps, artifacts } = JSON.parse(stdout) as {
    readonly steps: readonly { readonly step: string; readonly fate: string }[];
    readonly artifacts: readonly { readonly format: string; readonly fate: string }[];
  };
  return Object.fromEntries([
    ...steps.map((it) => [it.step, it.fate]),
    ...artifacts.map((it) => [it.format, it.fate]),
  ]);
}

scenario('a dry run tells what a build then does, and does nothing itself', async (rig) => {
  await prepare(rig);
  const before = await kiln(rig, ['store', 'status', '--json']);
  expect(await fates(rig)).toEqual({
    root: 'run',
    install: 'run',
    'block-device': 'run',
    finalise: 'run',
    tar: 'run',
  });
  expect((await kiln(rig, ['store', 'status', '--json'])).stdout).toBe(before.stdout);
  expect((await kiln(rig, ['build', 'box'])).exitCode).toBe(0);
  const restored = {
    root: 'restored',
    install: 'restored',
    'block-device': 'restored',
    finalise: 'restored',
  };
  expect(await fates(rig)).toEqual({ ...restored, tar: 'in place' });

  await rig.element('web', { 'install.d/20-second': 'echo otherwise >/second\n' });
  const following = {
    root: 'restored',
    install: 'run',
    'block-device': 'follows',
    finalise: 'follows',
    tar: 'follows',
  };
  expect(await fates(rig)).toEqual(following);
  const { stdout } = await kiln(rig, ['build', 'box', '--dry-run']);
  expect(stdout).toContain('\n  install.d/20-second of web changed\n');
  expect(stdout).toMatch(/at most about \d+\.\d s in all/);

  await rig.element('web', { 'install.d/20-second': '# a comment\necho second >/second\n' });
  expect(await fates(rig)).toEqual(following);
  const built = await kiln(rig, ['build', 'box']);
  expect(built.stderr).toContain('install: run');
  expect(built.stderr).not.toContain('finalise: run');
});

scenario('why a step would run, and afterwards why it ran', async (rig) => {
  await prepare(rig);
  await kiln(rig, ['build', 'box']);
  const explained = async (...args: readonly string[]) =>
    (await kiln(rig, ['explain', 'box', ...args])).stdout;
  expect(await explained()).toContain('install: cached; ran just now, for the first time\n');

  await rig.element('web', { 'install.d/10-first': 'echo "${WEB_COLOUR:-blue}" >/first\n' });
  expect(await explained()).toContain('install: runs, 2 hooks\n  install.d/10-first of web changed\n');
  await kiln(rig, ['build', 'box']);
  const after = await explained();
  // On a busy machine the first build is some time ago by now.
  expect(after).toMatch(/^root: cached; ran (just now|\d+ minutes? ago), for the first time$/m);
  expect(after).toContain('install: cached; ran just now, because\n  install.d/10-first of web changed\n');
  expect(after).toContain('finalise: cached; ran just now, because\n  the content of step install changed\n');

  const { stdout } = await kiln(rig, ['explain', 'box', '10-first'], {
    environment: { WEB_COLOUR: 'green' },
  });
  expect(stdout).toContain('WEB_COLOUR is now set: green\n');
  expect(stdout).toContain('  environment WEB_COLOUR\n    - (not there)\n    + green\n');
  expect(stdout).not.toContain('finalise');
  const unknown = await kiln(rig, ['explain', 'box', '10-frist']);
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toContain("did you mean '10-first'?");
});

scenario('a change that is taken back is found in the store', async (rig) => {
  await prepare(rig);
  await kiln(rig, ['build', 'box']);
  await rig.element('web', { 'install.d/20-second': 'echo otherwise >/second\n' });
  await kiln(rig, ['build', 'box']);
  await prepare(rig);
  expect((await kiln(rig, ['build', 'box'])).stdout).not.toMatch(/ run /);
  const { stdout } = await kiln(rig, ['explain', 'box', 'install']);
  expect(stdout).toContain('install: cached; found in the store just now\n');
});

scenario('two builds are compared by packages, files and what their manifests say', async (rig) => {
  await prepare(rig);
  await rig.element('more', { 'install.d/30-more': 'echo more >/more\nchmod 600 /second\nrm /first\n' });
  await rig.image('bigger', ['web', 'more']);
  for (const image of ['box', 'bigger']) expect((await kiln(rig, ['build', image])).exitCode).toBe(0);
  const expected = [
    'elements: 1 added',
    '  + more',
    'files: 1 added, 1 removed, 1 changed',
    '  - /first  4 B, 0644 0:0',
    '  + /more  5 B, 0644 0:0',
    '  ~ /second  mode 0644 → 0600',
  ];
  const fromLayers = await kiln(rig, ['diff', 'box', 'bigger', '--exit-code']);
  expect(fromLayers.exitCode).toBe(1);
  expect(fromLayers.stdout.split('\n').slice(0, expected.length)).toEqual(expected);
  expect(await kiln(rig, ['diff', 'box', 'box', '--exit-code'])).toMatchObject({
    exitCode: 0,
    stdout: 'no difference\n',
  });
  const artifact = (image: string) => `dist/images/${image}/${image}.tar`;
  const fromArtifacts = await kiln(rig, ['diff', artifact('box'), artifact('bigger'), '--json']);
  const { files } = JSON.parse(fromArtifacts.stdout) as {
    readonly files: readonly { readonly path: string }[];
  };
  expect(files.map(({ path }) => path)).toEqual(['/first', '/more', '/second']);
});
