import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blobPath } from '../../src/store/blob-path.ts';
import { measureStore, surveyStore } from '../../src/store/survey-store.ts';
import { verifyStore } from '../../src/store/verify-store.ts';
import { put, temporaryStore } from './store-fixture.ts';

const nothing = { keys: new Set<string>(), digests: new Set<never>() };

test('sizes by kind; a blob under several keys counts once, as what it is first', async () => {
  const store = await temporaryStore();
  const layer = await put(store, 'checkpoint 1', '0123456789');
  await put(store, 'blob layer 1', '0123456789');
  await put(store, 'artifact 2', '01234');
  await put(store, 'step 3', '0');
  const survey = await surveyStore(store.paths, { keys: new Set(['artifact 2']), digests: new Set([layer]) });
  const sizes = survey.kinds.filter(({ count }) => count > 0);
  expect(sizes).toEqual([
    { kind: 'layers', count: 1, sizeBytes: 10, wantedBytes: 10 },
    { kind: 'artifacts', count: 1, sizeBytes: 5, wantedBytes: 5 },
    { kind: 'records', count: 1, sizeBytes: 1, wantedBytes: 0 },
  ]);
  expect(survey.totalBytes).toBe(16);
  expect(await measureStore(store.paths)).toBe(16);
});

test('package caches are listed by name, mirrors of repositories one by one', async () => {
  const store = await temporaryStore();
  for (const file of ['apt/archives/a.deb', 'git/agent.git/HEAD', 'git/other.git/HEAD']) {
    await mkdir(join(store.paths.caches, file, '..'), { recursive: true });
    await writeFile(join(store.paths.caches, file), 'x');
  }
  const { caches } = await surveyStore(store.paths, nothing);
  expect(caches.map(({ name, fileCount }) => [name, fileCount])).toEqual([
    ['apt', 1],
    ['git/agent.git', 1],
    ['git/other.git', 1],
  ]);
});

test('a blob without a key and a key without a blob are told', async () => {
  const store = await temporaryStore();
  const digest = await put(store, 'step 1', 'record');
  await rm(blobPath(store.paths, digest));
  const survey = await surveyStore(store.paths, nothing);
  expect(survey.keysWithoutBlob).toBe(1);
  expect((await verifyStore(store.paths)).keysWithoutBlob).toEqual(['step 1']);
});

test('verification finds a blob that was changed behind its proof, names its keys and removes it', async () => {
  const store = await temporaryStore();
  const digest = await put(store, 'blob layer 1', 'good');
  const other = await put(store, 'blob layer 2', 'other');
  await rm(blobPath(store.paths, digest));
  await writeFile(blobPath(store.paths, digest), 'evil');
  const told: number[] = [];
  const result = await verifyStore(store.paths, (checked, total) => told.push(checked / total));
  expect(result.damaged).toEqual([{ digest, keys: ['blob layer 1'] }]);
  expect(result).toMatchObject({ checkedBlobs: 2, checkedBytes: 9 });
  expect(told.at(-1)).toBe(1);
  expect(await store.locate(digest)).toBeUndefined();
  expect(await store.locate(other)).toBeDefined();
  expect((await verifyStore(store.paths)).damaged).toEqual([]);
});
