import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { kiln, startKiln } from './kiln-process.ts';
import { scenario } from './scenario.ts';

async function prepare(rig: Rig): Promise<void> {
  await rig.element('web', {
    'install.d/10-first': 'echo first >/first\n',
    'install.d/20-second': 'echo second >/second\n',
  });
  await rig.image('box', ['web']);
}

interface Status {
  readonly totalBytes: number;
  readonly kinds: readonly {
    readonly kind: string;
    readonly count: number;
    readonly wantedBytes: number;
    readonly sizeBytes: number;
  }[];
}

async function status(rig: Rig): Promise<Status> {
  return JSON.parse((await kiln(rig, ['store', 'status', '--json'])).stdout) as Status;
}

const artifact = (rig: Rig) => readFile(join(rig.root, 'dist/images/box/box.tar'));

scenario('what no image wants any more goes, what the last build was made of stays', async (rig) => {
  await prepare(rig);
  await kiln(rig, ['build', 'box']);
  await rig.element('web', { 'install.d/20-second': 'echo otherwise >/second\n' });
  await kiln(rig, ['build', 'box']);
  const before = await status(rig);
  expect(before.kinds.some(({ sizeBytes, wantedBytes }) => wantedBytes < sizeBytes)).toBe(true);
  expect((await kiln(rig, ['store', 'gc'])).stdout).toContain('removed 0 blobs');
  await kiln(rig, ['store', 'gc', '--keep-days', '0']);
  const after = await status(rig);
  expect(after.kinds.every(({ sizeBytes, wantedBytes }) => wantedBytes === sizeBytes)).toBe(true);
  expect(after.totalBytes).toBeLessThan(before.totalBytes);
  expect((await kiln(rig, ['build', 'box', '--dry-run'])).stdout).toContain('nothing to do');
  expect((await kiln(rig, ['explain', 'box', 'install'])).stdout).toContain(
    'install.d/20-second of web changed',
  );
});

scenario('an image that is gone wants nothing', async (rig) => {
  await prepare(rig);
  await kiln(rig, ['build', 'box']);
  await rig.remove('images/box');
  await kiln(rig, ['store', 'gc', '--keep-days', '0']);
  expect((await status(rig)).kinds.every(({ count }) => count === 0)).toBe(true);
});

scenario('an emptied store is filled again with the same bytes', async (rig) => {
  await prepare(rig);
  await kiln(rig, ['build', 'box']);
  const before = await artifact(rig);
  await kiln(rig, ['store', 'gc', '--all']);
  expect((await status(rig)).totalBytes).toBe(0);
  await rig.remove('dist');
  expect((await kiln(rig, ['build', 'box'])).exitCode).toBe(0);
  expect((await artifact(rig)).equals(before)).toBe(true);
});

scenario('a build at work loses nothing to a collection', async (rig) => {
  await prepare(rig);
  await kiln(rig, ['build', 'box']);
  const gate = await rig.gate('middle');
  await rig.element('web', { 'install.d/20-second': `${gate.lines('chroot')}echo otherwise >/second\n` });
  const build = await startKiln(rig, ['build', 'box']);
  await gate.reached();
  const collected = await kiln(rig, ['store', 'gc', '--all']);
  expect(collected.stdout).toContain('a build is running');
  gate.pass();
  expect(await build.finished).toMatchObject({ exitCode: 0 });
  expect((await kiln(rig, ['store', 'verify'])).stdout).toContain('all sound');
  expect((await kiln(rig, ['store', 'gc', '--keep-days', '0'])).stdout).not.toContain('a build is running');
});

scenario('a store is kept within its limit after a build; what lies in dist is whole', async (rig) => {
  await prepare(rig);
  const environment = { KILN_STORE_LIMIT: '1MiB' };
  const built = await kiln(rig, ['build', 'box'], { environment });
  expect(built.exitCode).toBe(0);
  expect(built.stderr).toContain('the store was over its limit');
  expect((await status(rig)).totalBytes).toBeLessThan(1024 * 1024);
  const before = await artifact(rig);
  await rig.remove('dist');
  await kiln(rig, ['build', 'box'], { environment });
  expect((await artifact(rig)).equals(before)).toBe(true);
});

scenario(
  'a lost layer that comes out otherwise when it is made again is built upon as it is now',
  async (rig) => {
    await rig.element('web', {
      'install.d/10-chance': 'echo "$RANDOM$RANDOM$RANDOM" >/chance\n',
      'finalise.d/10-copy': 'cat /chance >/copy\n',
    });
    await rig.image('box', ['web'], 'formats: [tar]');
    await kiln(rig, ['build', 'box']);
    const before = await artifact(rig);
    const manifest = JSON.parse(await readFile(join(rig.root, 'dist/images/box/manifest.json'), 'utf8')) as {
      readonly layers: readonly { readonly step: string; readonly digest: string }[];
      readonly artifacts: readonly { readonly sha256: string }[];
    };
    const layer = manifest.layers.find(({ step }) => step === 'install')?.digest ?? '';
    for (const digest of [layer, manifest.artifacts[0]?.sha256 ?? '']) {
      const [first, second, rest] = [digest.slice(0, 2), digest.slice(2, 4), digest.slice(4)];
      await rm(join(rig.store, 'v1/content/content-v2/sha256', first, second, rest));
    }
    await rig.remove('dist');
    expect(await kiln(rig, ['build', 'box'])).toMatchObject({ exitCode: 0 });
    expect((await artifact(rig)).equals(before)).toBe(false);
    const { stdout } = await kiln(rig, [
      'shell',
      'box',
      '--after',
      'finalise',
      '--',
      'cat',
      '/chance',
      '/copy',
    ]);
    const [chance, copy] = stdout.split('\n');
    expect(copy).toBe(chance);
    expect((await kiln(rig, ['build', 'box', '--dry-run'])).stdout).toContain('nothing to do');
  },
);
