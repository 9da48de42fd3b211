import { expect, test } from 'vitest';
import type { Qcow2Image } from '../../src/formats/qcow2-image.ts';
import { clusterBytes, createQcow2Image } from '../../src/formats/qcow2-image.ts';

const gibibyte = 2 ** 30;

function fileOf(image: Qcow2Image): Buffer {
  const pieces = image.finish();
  const file = Buffer.alloc(Math.max(...pieces.map(({ offsetBytes, bytes }) => offsetBytes + bytes.length)));
  for (const { offsetBytes, bytes } of pieces) bytes.copy(file, offsetBytes);
  return file;
}

/** The entry of one cluster of the disk, found by way of both tables as a reader does. */
function entryOf(file: Buffer, cluster: number): bigint {
  const levelOneAt = Number(file.readBigUInt64BE(40));
  const mask = (1n << 56n) - 1n;
  const table = Number(file.readBigUInt64BE(levelOneAt + Math.floor(cluster / 8192) * 8) & mask);
  return table === 0 ? 0n : file.readBigUInt64BE(table + (cluster % 8192) * 8);
}

/** References of each cluster of the file, by way of the refcount table. */
function countsOf(file: Buffer): readonly number[] {
  const tableAt = Number(file.readBigUInt64BE(48));
  return Array.from({ length: file.length / clusterBytes }, (_, cluster) => {
    const block = Number(file.readBigUInt64BE(tableAt + Math.floor(cluster / 32768) * 8));
    return file.readUInt16BE(block + (cluster % 32768) * 2);
  });
}

test('the header says version 3, size, and the kind of compression', () => {
  const zstd = fileOf(createQcow2Image(3 * gibibyte, 'zstd'));
  expect(zstd.toString('latin1', 0, 4)).toBe('QFI\xfb');
  expect([zstd.readUInt32BE(4), zstd.readUInt32BE(20), zstd.readUInt32BE(36)]).toEqual([3, 16, 6]);
  expect(zstd.readBigUInt64BE(24)).toBe(BigInt(3 * gibibyte));
  expect([zstd.readBigUInt64BE(72), zstd.readUInt8(104)]).toEqual([8n, 1]);
  const zlib = fileOf(createQcow2Image(3 * gibibyte, 'zlib'));
  expect([zlib.readBigUInt64BE(72), zlib.readUInt8(104)]).toEqual([0n, 0]);
});

test('compressed clusters are packed, others aligned, zeros take nothing', () => {
  const image = createQcow2Image(3 * gibibyte, 'zstd');
  expect(image.place(0, { compressedBytes: 1000 })).toBe(clusterBytes);
  expect(image.place(1, 'zero')).toBeUndefined();
  expect(image.place(2, { compressedBytes: 65000 })).toBe(clusterBytes + 1000);
  expect(image.place(8192, 'plain')).toBe(3 * clusterBytes);
  expect(image.place(8193, { compressedBytes: 10 })).toBe(4 * clusterBytes);
  const file = fileOf(image);
  const compressed = 1n << 62n;
  // 1000 bytes from a sector's start reach into the next sector: one more.
  expect(entryOf(file, 0)).toBe(compressed | (1n << 54n) | BigInt(clusterBytes));
  expect(entryOf(file, 1)).toBe(0n);
  expect(entryOf(file, 2)).toBe(compressed | (127n << 54n) | BigInt(clusterBytes + 1000));
  expect(entryOf(file, 8192)).toBe((1n << 63n) | BigInt(3 * clusterBytes));
  expect(entryOf(file, 40000)).toBe(0n);
  // header, two sharing one, the tail of the second, plain, the last one; two tables, level one, block, table
  expect(countsOf(file)).toEqual([1, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
});

test('an empty disk has a header, a level-1 table and the counts', () => {
  expect(countsOf(fileOf(createQcow2Image(gibibyte, 'none')))).toEqual([1, 1, 1, 1]);
});
