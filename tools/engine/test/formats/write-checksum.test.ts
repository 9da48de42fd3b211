import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checksumLine, writeChecksums } from '../../src/formats/write-checksum.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'checksum-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

test('both files stand beside the artifact and name it without its directory', async () => {
  await writeFile(join(directory, 'a.qcow2'), 'abc');
  const sums = await writeChecksums(join(directory, 'a.qcow2'));
  expect(sums).toEqual({
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    md5: '900150983cd24fb0d6963f7d28e17f72',
  });
  expect(await readFile(join(directory, 'a.qcow2.sha256'), 'utf8')).toBe(`${sums.sha256}  a.qcow2\n`);
  expect(await readFile(join(directory, 'a.qcow2.md5'), 'utf8')).toBe(`${sums.md5}  a.qcow2\n`);
  expect((await readdir(directory)).sort()).toEqual(['a.qcow2', 'a.qcow2.md5', 'a.qcow2.sha256']);
});

test('strange names are escaped as coreutils do it', () => {
  expect(checksumLine('00', 'a\\b\nc')).toBe('\\00  a\\\\b\\nc\n');
});
