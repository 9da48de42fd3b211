import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BuildFailure } from '../../src/diagnostics/failure.ts';
import { describeFailure } from '../../src/diagnostics/failure.ts';
import { freeBytesAt, fullDiskText, tellingFullDisk } from '../../src/diagnostics/full-disk.ts';

test('a write for which there is no room is told with the room that there is', async () => {
  const writing = tellingFullDisk({ path: tmpdir(), doing: 'testing' }, () => writeFile('/dev/full', 'x'));
  const error = await writing.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(BuildFailure);
  expect((error as BuildFailure).failures).toEqual([
    { code: 'disk-full', path: tmpdir(), doing: 'testing', freeBytes: expect.any(Number) },
  ]);
});

test('other errors, and results, pass as they are', async () => {
  const where = { path: '/', doing: 'testing' };
  await expect(tellingFullDisk(where, () => writeFile('/no/such/folder/x', ''))).rejects.toMatchObject({
    code: 'ENOENT',
  });
  expect(await tellingFullDisk(where, async () => 7)).toBe(7);
});

test('the room at a path that is not there yet is that of the folder around it', async () => {
  expect(await freeBytesAt(join(tmpdir(), 'not/there/yet'))).toBeGreaterThan(0);
});

test.each(['cp: error writing: No space left on device', 'write failed: Disk quota exceeded'])(
  '%s means a full disk',
  (text) => {
    expect(fullDiskText.test(text)).toBe(true);
  },
);

test('is told in sizes that people read, with what is needed where that is known', () => {
  const failure = { code: 'disk-full', path: '/store', freeBytes: 3_100_000, doing: 'building' } as const;
  expect(describeFailure(failure)).toMatchObject({
    exitCode: 3,
    message: 'no space left on the disk of /store while building (3.1 MB free)',
    hint: expect.stringMatching(/KILN_WORK.* up to three times its tree$/),
  });
  expect(describeFailure({ ...failure, neededBytes: 1_900_000_000 }).message).toMatch(
    /\(3\.1 MB free, up to 1\.9 GB needed there\)$/,
  );
});
