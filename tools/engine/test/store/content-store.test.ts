import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Digest, digestOf } from '../../src/fingerprint/digest.ts';
import { ContentStore } from '../../src/store/content-store.ts';
import { prepareStorePaths } from '../../src/store/store-paths.ts';
import { temporaryFolder } from '../elements/element-fixture.ts';

async function openStore(damaged: Digest[] = []) {
  const paths = await prepareStorePaths(temporaryFolder());
  return new ContentStore(paths, (digest) => damaged.push(digest));
}

const bytes = Buffer.from('the bytes of a layer');

test('a value is found by its key, with what was said of it, and its blob is where it says', async () => {
  const store = await openStore();
  const made = await store.commitBytes('step abc', bytes, { record: 1 });
  expect(made).toMatchObject({ digest: digestOf(bytes), sizeBytes: bytes.length });
  expect(await store.find('step abc')).toMatchObject({
    digest: made.digest,
    sizeBytes: bytes.length,
    metadata: { record: 1 },
  });
  expect(readFileSync((await store.locate(made.digest)) ?? '')).toEqual(bytes);
  expect(await store.find('step other')).toBeUndefined();
  expect(await store.locate(digestOf('unknown'))).toBeUndefined();
});

test('the last word on a key counts, and equal blobs are kept once', async () => {
  const store = await openStore();
  await store.commitBytes('key', bytes, 'first');
  const file = join(store.paths.work, 'file');
  writeFileSync(file, bytes);
  await store.commitFile('key', file, 'second');
  expect(await store.find('key')).toMatchObject({ metadata: 'second' });
  expect(existsSync(file), 'moved or removed').toBe(false);
  expect(readdirSync(store.paths.work)).toEqual([]);
});

test('a damaged blob is told, removed, and never handed out', async () => {
  const damaged: Digest[] = [];
  const store = await openStore(damaged);
  const { digest } = await store.commitBytes('key', bytes, null);
  const path = (await store.locate(digest)) ?? '';
  chmodSync(path, 0o644);
  writeFileSync(path, 'the bytes of a LAYER');
  expect(await store.locate(digest)).toBeUndefined();
  expect(damaged).toEqual([digest]);
  expect(existsSync(path)).toBe(false);
  await store.commitBytes('key', bytes, null);
  expect(await store.locate(digest)).toBe(path);
});

test('blobs cannot be written to by accident', async () => {
  const store = await openStore();
  const { digest } = await store.commitBytes('key', bytes, null);
  const path = (await store.locate(digest)) ?? '';
  // Root may write all the same, so the mode is what can be asked for.
  expect(statSync(path).mode & 0o222).toBe(0);
});

test('many commits of one value at once all succeed', async () => {
  const store = await openStore();
  const all = await Promise.all(Array.from({ length: 20 }, () => store.commitBytes('key', bytes, null)));
  expect(new Set(all.map((it) => it.digest)).size).toBe(1);
  expect(await store.locate(digestOf(bytes))).toBeDefined();
  expect(readdirSync(store.paths.work)).toEqual([]);
  expect(readdirSync(store.paths.proven)).toEqual([digestOf(bytes)]);
});
