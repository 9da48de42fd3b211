import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  appendDeferred,
  copyDeferred,
  type DeferredData,
} from '../../src/block-device/writing/deferred-data.ts';
import { clusterBytes } from '../../src/formats/qcow2-image.ts';
import { packClusters } from '../../src/formats/pack-clusters.ts';
import { planRuns, type Qcow2Request, writeQcow2 } from '../../src/formats/write-qcow2.ts';

const mebibyte = 2 ** 20;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qcow2-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** A request without anything that other images have part in. */
const plain = {
  compression: 'zstd',
  deferredFile: null,
  origin: null,
  known: [],
  clustersFile: null,
} as const;

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
  const deferred = [
    { path: '/f', identity: '1:1', fileOffsetBytes: 0, offsetBytes: 4 * mebibyte + 4096, lengthBytes: 10 },
  ];
  const orders = planRuns({ data, deferred, sizeBytes: 5 * mebibyte + 1024 });
  expect(
    orders.map((order) => [order.offsetBytes, order.lengthBytes, order.paddedBytes, order.readsDisk]),
  ).toEqual([
    [0, mebibyte, mebibyte, true],
    [mebibyte, mebibyte, mebibyte, true],
    [2 * mebibyte, clusterBytes, clusterBytes, true],
    [4 * mebibyte, clusterBytes, clusterBytes, false],
    [5 * mebibyte, 1024, clusterBytes, true],
  ]);
  expect(orders.map((order) => order.deferred.length)).toEqual([0, 0, 0, 1, 0]);
});

test.each(['zstd', 'zlib', 'none'] as const)(
  '%s: each cluster is packed on its own and comes back',
  (compression) => {
    const clusters = [Buffer.alloc(clusterBytes, 'text '), Buffer.alloc(clusterBytes), noise(clusterBytes)];
    const { forms, bytes } = packClusters(
      clusters.map((cluster) => ({ origin: undefined, read: () => cluster })),
      compression,
    );
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
    await writeQcow2({ ...plain, diskFile, sizeBytes, targetFile, data });
    images.push(await readFile(targetFile));
  }
  expect(images[0]?.equals(images[1] ?? Buffer.alloc(0))).toBe(true);
  expect(images[0]?.includes(noise(2 * mebibyte).subarray(mebibyte, mebibyte + 1000))).toBe(true);
});

test('a disk that ends too early is an error, not an image', async () => {
  const diskFile = join(directory, 'disk');
  await (await open(diskFile, 'w')).close();
  const data = [{ offsetBytes: 0, lengthBytes: mebibyte }];
  const request = { ...plain, diskFile, sizeBytes: mebibyte, targetFile: join(directory, 'x'), data };
  await expect(writeQcow2(request)).rejects.toThrow('ended at 0');
});

describe('what lies in files of the tree', () => {
  const sizeBytes = 8 * mebibyte;
  const contents = { one: noise(200_000), two: Buffer.alloc(3 * mebibyte, 'two ') };

  /** A tree that shows the files of its only layer, and a disk that they belong on. */
  async function prepare() {
    const [treeFolder, layerFolder] = [join(directory, 'tree'), join(directory, 'layer')];
    for (const folder of [treeFolder, layerFolder]) await mkdir(folder);
    const pieces: DeferredData[] = [];
    let offsetBytes = 2 * clusterBytes;
    for (const [name, bytes] of Object.entries(contents)) {
      const path = join(treeFolder, name);
      await writeFile(join(layerFolder, name), bytes);
      await link(join(layerFolder, name), path);
      const { dev, ino } = await stat(path);
      const identity = `${dev}:${ino}`;
      pieces.push({ path, identity, fileOffsetBytes: 0, offsetBytes, lengthBytes: bytes.length });
      offsetBytes += Math.ceil(bytes.length / 4096) * 4096;
    }
    const [diskFile, deferredFile] = [join(directory, 'disk'), join(directory, 'list')];
    await writeFile(diskFile, 'boot code');
    await truncate(diskFile, sizeBytes);
    appendDeferred(deferredFile, pieces);
    const layers = [{ folder: layerFolder, digest: 'layer' }];
    const data = [{ offsetBytes: 0, lengthBytes: 512 }];
    const shared = { ...plain, diskFile, sizeBytes, data, deferredFile, origin: { treeFolder, layers } };
    return { treeFolder, pieces, shared };
  }

  async function write(name: string, request: Omit<Qcow2Request, 'targetFile' | 'clustersFile'>) {
    const [imageFile, clustersFile] = [join(directory, name), join(directory, `${name}.clusters`)];
    await writeQcow2({ ...request, targetFile: imageFile, clustersFile });
    return { image: await readFile(imageFile), known: { imageFile, clustersFile } };
  }

  test('it is packed as if it lay on the disk', async () => {
    const { shared, pieces } = await prepare();
    const deferred = await write('deferred', shared);
    const disk = await open(shared.diskFile, 'r+');
    copyDeferred(disk.fd, pieces);
    await disk.close();
    const whole = { ...shared, deferredFile: null, data: [{ offsetBytes: 0, lengthBytes: sizeBytes }] };
    expect((await write('copied', whole)).image.equals(deferred.image)).toBe(true);
  });

  test('an image that knows another one has the same bytes, and files of the same layer are not read again', async () => {
    const { shared, treeFolder } = await prepare();
    const first = await write('first', shared);
    for (const name of Object.keys(contents)) await rm(join(treeFolder, name));
    const second = await write('second', { ...shared, known: [first.known] });
    expect(second.image.equals(first.image)).toBe(true);
    const lists = [first, second].map(({ known }) => readFileSync(known.clustersFile));
    expect(lists[0]?.equals(lists[1] ?? Buffer.alloc(0))).toBe(true);
    await expect(write('third', shared)).rejects.toThrow('ENOENT');
  });

  test('a file of another layer is read, and found by its content', async () => {
    const { shared, treeFolder } = await prepare();
    const first = await write('first', shared);
    const layers = [{ folder: join(directory, 'layer'), digest: 'another' }];
    const other = { ...shared, origin: { treeFolder, layers }, known: [first.known] };
    expect((await write('other', other)).image.equals(first.image)).toBe(true);
    await writeFile(join(treeFolder, 'two'), Buffer.alloc(3 * mebibyte, 'new '));
    const changed = await write('changed', other);
    expect(changed.image.equals(first.image)).toBe(false);
    const apart = await write('apart', { ...other, known: [] });
    expect(changed.image.equals(apart.image)).toBe(true);
  });
});
