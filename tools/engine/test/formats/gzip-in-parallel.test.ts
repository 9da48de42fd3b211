import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gzipInParallel } from '../../src/formats/gzip-in-parallel.ts';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let [start, index] = [0, 0]; start < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function pack(bytes: Buffer, sizes: readonly number[]): Promise<Buffer> {
  const packed: Buffer[] = [];
  for await (const chunk of gzipInParallel(cut(bytes, sizes))) packed.push(chunk);
  return Buffer.concat(packed);
}

const text = Buffer.concat([
  Buffer.alloc(3_000_000, 'words and more '),
  randomBytes(1_500_000),
  Buffer.alloc(100),
]);

test('one gzip member, the same however the source is cut', async () => {
  const packed = await pack(text, [65536]);
  expect(gunzipSync(packed).equals(text)).toBe(true);
  expect(packed.length).toBeLessThan(text.length / 2);
  for (const sizes of [[1 << 20], [(1 << 20) + 1, 3, 700_000], [text.length]])
    expect((await pack(text, sizes)).equals(packed)).toBe(true);
  expect(packed.subarray(4, 8), 'no time').toEqual(Buffer.alloc(4));
});

test.each([0, 1, 1 << 20, (1 << 20) + 1])('%i bytes', async (length) => {
  const bytes = randomBytes(length);
  expect(gunzipSync(await pack(bytes, [65536])).equals(bytes)).toBe(true);
});
