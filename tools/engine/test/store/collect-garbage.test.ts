import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunner } from '../../src/sandbox/command-runner.ts';
import { collectGarbage } from '../../src/store/collect-garbage.ts';
import { shareLock } from '../../src/store/file-lock.ts';
import { listEntries } from '../../src/store/list-store.ts';
import { lastUsedAt, put, temporaryStore } from './store-fixture.ts';

const day = 24 * 60 * 60 * 1000;
const nothing = { keys: new Set<string>(), digests: new Set<never>() };
const asUser = createRunner([]);
const everything = { wanted: nothing, keepMs: -day, limitBytes: undefined, now: Date.now() };

test('removes blobs, their keys and package caches; afterwards the store works as before', async () => {
  const store = await temporaryStore();
  const digest = await put(store, 'step 1', 'record');
  await mkdir(join(store.paths.caches, 'apt'));
  await writeFile(join(store.paths.caches, 'apt/a.deb'), 'package');
  const result = await collectGarbage(store.paths, everything, asUser);
  expect(result).toMatchObject({ removedBlobs: 1, removedKeys: 1, removedCaches: ['apt'], mode: 'alone' });
  expect(await store.find('step 1')).toBeUndefined();
  expect(await store.locate(digest)).toBeUndefined();
  expect(await readdir(store.paths.caches)).toEqual([]);
  expect(await put(store, 'step 1', 'record')).toBe(digest);
  expect(await store.locate(digest)).toBeDefined();
});

test('beside a build, what was used within a day stays, and so do package caches', async () => {
  const store = await temporaryStore();
  const fresh = await put(store, 'step 1', 'fresh');
  const old = await put(store, 'step 2', 'old');
  await lastUsedAt(store, old, Date.now() - 2 * day);
  await mkdir(join(store.paths.caches, 'apt'));
  const build = await shareLock(join(store.paths.locks, 'in-use'));
  const result = await collectGarbage(store.paths, everything, asUser);
  await build.release();
  expect(result).toMatchObject({ removedBlobs: 1, removedCaches: [], mode: 'beside-builds' });
  expect(await store.locate(fresh)).toBeDefined();
  expect(await store.locate(old)).toBeUndefined();
  expect(existsSync(join(store.paths.caches, 'apt'))).toBe(true);
});

test('reading a blob counts as its use', async () => {
  const store = await temporaryStore();
  const digest = await put(store, 'step 1', 'record');
  await lastUsedAt(store, digest, Date.now() - 20 * day);
  // The times of the blob changed, so it is read anew, and then known again.
  await store.locate(digest);
  await lastUsedAt(store, digest, Date.now() - 20 * day);
  await store.locate(digest);
  const result = await collectGarbage(store.paths, { ...everything, keepMs: 14 * day }, asUser);
  expect(result.removedBlobs).toBe(0);
});

test('replaced lines of the index are dropped, the last one stays', async () => {
  const store = await temporaryStore();
  for (const text of ['one', 'two', 'three']) await put(store, 'step 1', text, { text });
  const keep = { ...everything, keepMs: day };
  await collectGarbage(store.paths, keep, asUser);
  expect((await listEntries(store.paths)).map((entry) => entry.metadata)).toEqual([{ text: 'three' }]);
  expect((await store.find<{ text: string }>('step 1'))?.metadata.text).toBe('three');
});

test('two builds may begin at once, and a collection waits for nobody', async () => {
  const store = await temporaryStore();
  const path = join(store.paths.locks, 'in-use');
  const [one, other] = [await shareLock(path), await shareLock(path)];
  expect((await collectGarbage(store.paths, everything, asUser)).mode).toBe('beside-builds');
  await one.release();
  await other.release();
  expect((await collectGarbage(store.paths, everything, asUser)).mode).toBe('alone');
});
