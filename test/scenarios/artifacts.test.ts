import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hooksRun, stepsMade, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { kiln } from './kiln-process.ts';
import { done, scenario } from './scenario.ts';

async function prepare(rig: Rig, formats = '[tar]'): Promise<void> {
  await rig.element('web', { 'install.d/10-web': 'echo web >/web\n' });
  await rig.image('box', ['web'], `formats: ${formats}`);
}

/** Every artifact lies whole in its place, with its checksum beside it, and is what another build of it was. */
async function expectWhole(build: RigBuild, like: RigBuild): Promise<void> {
  expect(build.artifacts.map((it) => [it.format, it.digest])).toEqual(
    like.artifacts.map((it) => [it.format, it.digest]),
  );
  for (const { file, digest, sizeBytes } of build.artifacts) {
    expect((await stat(file)).size).toBe(sizeBytes);
    expect(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ).toBe(digest);
    expect(await readFile(`${file}.sha256`, 'utf8')).toContain(digest);
  }
}

/** Paths of the store's blobs of at least so many bytes. */
async function blobs(rig: Rig, leastBytes: number): Promise<readonly string[]> {
  const content = join(rig.store, 'v1/content/content-v2');
  const found: string[] = [];
  for (const path of await readdir(content, { recursive: true })) {
    const facts = await stat(join(content, path));
    if (facts.isFile() && facts.size >= leastBytes) found.push(join(content, path));
  }
  return found;
}

async function damage(blob: string): Promise<void> {
  const bytes = await readFile(blob);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
  await chmod(blob, 0o644);
  await writeFile(blob, bytes);
}

const warnings = (build: RigBuild): readonly string[] =>
  build.events.flatMap((event) => (event.type === 'warning' ? [event.failure.code] : []));

scenario('every format comes back whole, whatever was removed: dist, the store, or both', async (rig) => {
  await prepare(rig, '[qcow2, raw, tar]');
  const first = done(await rig.build('box'));
  await expectWhole(first, first);
  const dist = join(rig.root, 'dist');

  await rm(dist, { recursive: true });
  const withoutDist = done(await rig.build('box'));
  await expectWhole(withoutDist, first);
  expect(stepsMade(withoutDist), 'the store had all').toEqual({});

  await rm(rig.store, { recursive: true });
  const withoutStore = done(await rig.build('box'));
  await expectWhole(withoutStore, first);
  expect(hooksRun(withoutStore), 'dist had all').toEqual([]);

  await rm(rig.store, { recursive: true });
  await rm(dist, { recursive: true });
  const withoutBoth = done(await rig.build('box'));
  await expectWhole(withoutBoth, first);
  expect(hooksRun(withoutBoth)).toEqual(['root.d/10-tree', 'install.d/10-web']);
});

scenario(
  'a truncated file in dist is replaced, and one that was booted and written to as well',
  async (rig) => {
    await prepare(rig);
    const first = done(await rig.build('box'));
    const file = first.artifacts[0]?.file ?? '';
    await truncate(file, 1000);
    await expectWhole(done(await rig.build('box')), first);
    await damage(file);
    const again = done(await rig.build('box'));
    await expectWhole(again, first);
    expect(again.artifacts[0]?.origin, 'from the store').toBe('restored');
    expect(warnings(again)).toEqual([]);
  },
);

scenario('what is written into dist damages nothing in the store', async (rig) => {
  await prepare(rig);
  const first = done(await rig.build('box'));
  const before = await Promise.all((await blobs(rig, 1)).map((it) => readFile(it, 'base64')));
  await damage(first.artifacts[0]?.file ?? '');
  expect(await Promise.all((await blobs(rig, 1)).map((it) => readFile(it, 'base64')))).toEqual(before);
});

scenario('damaged blobs are noticed, said, made again, and never used', async (rig) => {
  await prepare(rig);
  const first = done(await rig.build('box'));
  await rm(join(rig.root, 'dist'), { recursive: true });
  const large = await blobs(rig, 1 << 20);
  expect(large, "the root's layer and the archive").toHaveLength(2);
  for (const blob of large) await damage(blob);
  const again = done(await rig.build('box'));
  await expectWhole(again, first);
  expect(warnings(again)).toEqual(['blob-damaged', 'blob-damaged']);
  expect(stepsMade(again), 'only what the artifact needs is made again').toEqual({ root: 'run' });
});

scenario('a damaged layer that nobody needs is left alone until it is needed', async (rig) => {
  await prepare(rig);
  done(await rig.build('box', { until: 'last' }));
  for (const blob of await blobs(rig, 1 << 20)) await damage(blob);
  const unchanged = done(await rig.build('box', { until: 'last' }));
  expect([hooksRun(unchanged), warnings(unchanged)]).toEqual([[], []]);
  await rig.element('web', { 'install.d/10-web': 'echo changed >/web\n' });
  const changed = done(await rig.build('box', { until: 'last' }));
  expect(warnings(changed)).toEqual(['blob-damaged']);
  expect(hooksRun(changed)).toEqual(['root.d/10-tree', 'install.d/10-web']);
});

scenario('several formats at once are each what they are alone, whatever their order', async (rig) => {
  const formats = ['squashfs', 'tgz', 'qcow2', 'oci', 'tar', 'vhdx', 'docker', 'vhd'];
  await prepare(rig, `[${formats.join(', ')}]`);
  const first = done(await rig.build('box'));
  await expectWhole(first, first);
  expect(first.artifacts.map(({ file }) => basename(file))).toEqual([
    'box.squashfs',
    'box.tgz',
    'box.qcow2',
    'box.oci.tar',
    'box.tar',
    'box.vhdx',
    'box.docker.tar',
    'box.vhd',
  ]);
  await rm(join(rig.root, 'dist'), { recursive: true });
  await prepare(rig, `[${formats.toReversed().join(', ')}]`);
  const reversed = done(await rig.build('box'));
  expect(stepsMade(reversed), 'another order makes nothing again').toEqual({});
  expect(digests(reversed)).toEqual(digests(first));
  await prepare(rig, '[qcow2]');
  await rm(rig.store, { recursive: true });
  await rm(join(rig.root, 'dist'), { recursive: true });
  expect(digests(done(await rig.build('box')))['qcow2']).toBe(digests(first)['qcow2']);
});

scenario('a format that nothing can write ends the build before it begins', async (rig) => {
  await prepare(rig, '[qcow2, qcow3]');
  const failed = await rig.build('box');
  expect(failed.failures).toMatchObject([{ code: 'format-unknown', format: 'qcow3', near: 'qcow2' }]);
  expect(hooksRun(failed)).toEqual([]);
});

scenario('a container image is compared by its files, with a tree or a disk', async (rig) => {
  await prepare(rig, '[oci, docker, tar]');
  await rig.element('more', { 'install.d/20-more': 'echo more >/more\n' });
  await rig.image('bigger', ['web', 'more'], 'formats: [oci]');
  for (const image of ['box', 'bigger']) expect((await kiln(rig, ['build', image])).exitCode, image).toBe(0);
  const file = (name: string): string => `dist/images/box/box.${name}`;
  for (const other of ['oci.tar', 'docker.tar'])
    expect((await kiln(rig, ['diff', file('tar'), file(other)])).stdout).toBe('no difference\n');
  const { stdout } = await kiln(rig, ['diff', file('tar'), 'dist/images/bigger/bigger.oci.tar']);
  expect(stdout).toContain('files: 1 added\n  + /more  5 B, 0644 0:0\n');
});

const digests = (build: RigBuild): Readonly<Record<string, string>> =>
  Object.fromEntries(build.artifacts.map(({ format, digest }) => [format, digest]));
