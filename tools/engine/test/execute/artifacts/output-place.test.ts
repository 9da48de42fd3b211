import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { artifactFile, ownDirectory, placeChecksums } from '../../../src/execute/artifacts/output-place.ts';
import { digestFile } from '../../../src/fingerprint/digest.ts';
import { ContentStore } from '../../../src/store/content-store.ts';
import { prepareStorePaths } from '../../../src/store/store-paths.ts';

test('artifacts are called after the image, by the naming of the place', () => {
  const place = ownDirectory('/out');
  expect(artifactFile(place, 'web', 'squashfs')).toBe('/out/web.squashfs');
  expect(artifactFile({ ...place, naming: 'diskimage-builder' }, 'web', 'squashfs')).toBe('/out/web.squash');
});

test('checksum files name the bare file, or the path as the user gave it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kiln-output-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const store = new ContentStore(await prepareStorePaths(join(directory, 'store')));
  const file = join(directory, 'web.raw');
  await writeFile(file, 'abc');
  const artifact = { file, digest: await digestFile(file) };
  const place = { ...ownDirectory(directory), checksums: ['md5', 'sha256'] as const };
  await placeChecksums(store, place, artifact);
  expect(await readFile(`${file}.sha256`, 'utf8')).toBe(`${artifact.digest}  web.raw\n`);
  expect(await readFile(`${file}.md5`, 'utf8')).toBe('900150983cd24fb0d6963f7d28e17f72  web.raw\n');
  await placeChecksums(store, { ...place, shownDirectory: 'out/put' }, artifact);
  expect(await readFile(`${file}.md5`, 'utf8')).toBe('900150983cd24fb0d6963f7d28e17f72  out/put/web.raw\n');
});
