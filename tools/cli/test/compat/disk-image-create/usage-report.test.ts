import type { ListedFile } from '@kiln/engine/util/listed-file.ts';
import { expect, test } from 'vitest';
import { usageLines } from '../../../src/compat/disk-image-create/usage-report.ts';

const mebibyte = 1024 ** 2;

function entry(path: string, sizeBytes?: number): ListedFile {
  const kind = sizeBytes === undefined ? 'directory' : 'file';
  return { path, kind, mode: 0, uid: 0, gid: 0, sizeBytes: sizeBytes ?? 0, target: '' };
}

const files = [
  entry('/usr'),
  entry('/usr/lib'),
  entry('/usr/lib/large', 300 * mebibyte),
  entry('/usr/lib/small', 5000),
  entry('/boot'),
  entry('/boot/kernel', 10 * mebibyte),
];

test('the short report names what takes ten MiB and more, folders with what is in them', () => {
  expect(usageLines(files, 'large')).toEqual([
    '=================================',
    'Image size report (files > 10MiB)',
    '=================================',
    ' 311MiB\t/',
    ' 301MiB\t/usr',
    ' 301MiB\t/usr/lib',
    ' 300MiB\t/usr/lib/large',
    '  11MiB\t/boot',
    '  10MiB\t/boot/kernel',
    '',
    '===== end image size report =====',
    '',
  ]);
});

test('the full one names everything', () => {
  const lines = usageLines(files, 'all');
  expect(lines[1]).toBe('Image size report');
  expect(lines).toContain(' 8.0KiB\t/usr/lib/small');
});
