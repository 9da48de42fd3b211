import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clusterBytes } from '../../src/formats/qcow2-image.ts';
import { packClusters } from '../../src/formats/pack-clusters.ts';
import { planRuns, writeQcow2 } from '../../src/formats/write-qcow2.ts';

const mebibyte = 2 ** 20;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qcow2-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** Bytes that nothing can compress, the same every time. */
function noise(length: number): Buffer {
  const parts: Buffer[] = [];
  for (let size = 0; size < length; size += 32)
    parts.push(createHash('sha256').update(String(size)).digest());
  return Buffer.concat(parts).subarray(0, length);
}

test('runs cover the data in whole clusters, none twice, the last one cut at the end of the disk', () => {
  const data = [
    { offsetBytes: 4096, lengthBytes: 4096 },
    { offsetBytes: 12288, lengthBytes: 2 * mebibyte },
    { offsetBytes: 5 * mebibyte, lengthBytes: 1000 },
  ];
  const orders = planRuns({ data, sizeBytes: 5 * mebibyte + 1024 });
  expect(
    orders.map(({ offsetBytes, lengthBytes, paddedBytes }) => [offsetBytes, lengthBytes, paddedBytes]),
  ).toEqual([
    [0, clusterBytes, clusterBytes],
    [clusterBytes, mebibyte, mebibyte],
    [clusterBytes + mebibyte, mebibyte, mebibyte],
    [5 * mebibyte, 1024, clusterBytes],
  ]);
  expect(orders.map(({ run }) => run)).toEqual([0, 1, 2, 3]);
});

test.each(['zstd', 'zlib', 'none'] as const)(
  '%s: each cluster is packed on its own and comes back',
  (compression) => {
    const clusters = [Buffer.alloc(clusterBytes, 'text '), Buffer.alloc(clusterBytes), noise(clusterBytes)];
    const { forms, bytes } = packClusters(Buffer.concat(clusters), compression);
    expect(forms.slice(1)).toEqual(['zero', 'plain']);
    expect(Buffer.from(bytes.subarray(-clusterBytes))).toEqual(clusters[2]);
    const first = Buffer.from(bytes.subarray(0, -clusterBytes));
    const unpacked = {
      zstd: () => zstdDecompressSync(first),
      zlib: () => inflateRawSync(first),
      none: () => first,
    };
    expect(unpacked[compression]()).toEqual(clusters[0]);
  },
);

test('the image depends on the contents, not on what is known of the holes', async () => {
  const diskFile = join(directory, 'disk');
  const disk = await open(diskFile, 'w');
  await disk.truncate(40 * mebibyte + 512);
  await disk.write(noise(3 * mebibyte), 0, undefined, 7 * mebibyte + 100);
  await disk.write(Buffer.alloc(2 * mebibyte, 'abc'), 0, undefined, 30 * mebibyte);
  await disk.write('end', 40 * mebibyte + 500);
  await disk.close();
  const sizeBytes = 40 * mebibyte + 512;
  const whole = [{ offsetBytes: 0, lengthBytes: sizeBytes }];
  const parts = [
    { offsetBytes: 7 * mebibyte, lengthBytes: 4 * mebibyte },
    { offsetBytes: 30 * mebibyte, lengthBytes: 2 * mebibyte },
    { offsetBytes: 40 * mebibyte, lengthBytes: 512 },
  ];
  const images: Buffer[] = [];
  for (const data of [whole, parts]) {
    const targetFile = join(directory, 'image');
    await writeQcow2({ diskFile, sizeBytes, targetFile, compression: 'zstd', data });
    images.push(await readFile(targetFile));
  }
  expect(images[0]?.equals(images[1] ?? Buffer.alloc(0))).toBe(true);
  expect(images[0]?.includes(noise(2 * mebibyte).subarray(mebibyte, mebibyte + 1000))).toBe(true);
});

test('a disk that ends too early is an error, not an image', async () => {
  const diskFile = join(directory, 'disk');
  await (await open(diskFile, 'w')).close();
  const data = [{ offsetBytes: 0, lengthBytes: mebibyte }];
  const request = {
    diskFile,
    sizeBytes: mebibyte,
    targetFile: join(directory, 'x'),
    compression: 'zstd',
    data,
  } as const;
  await expect(writeQcow2(request)).rejects.toThrow('ended at 0');
});
