import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findWanted } from '../../src/execute/find-wanted.ts';
import { type Made, noteLast } from '../../src/execute/explain/last-note.ts';
import { contentsKey } from '../../src/execute/artifacts/tree-contents.ts';
import type { Key } from '../../src/fingerprint/digest.ts';
import { emptyRecord } from '../../src/layers/layer-record.ts';
import type { ContentStore } from '../../src/store/content-store.ts';
import { temporaryFolder } from '../elements/element-fixture.ts';
import { put, temporaryStore } from '../store/store-fixture.ts';

async function imageIn(folder: string) {
  await mkdir(folder, { recursive: true });
  const definitionFile = join(folder, 'image.yaml');
  await writeFile(definitionFile, 'elements: [os]\n');
  return { id: folder, definitionFile, words: 'web' };
}

async function have(store: ContentStore, image: Awaited<ReturnType<typeof imageIn>>, key: string) {
  const layer = await put(store, `blob layer ${key}`, `layer of ${key}`);
  const record = { ...emptyRecord, layers: [{ digest: layer, sizeBytes: 1 }] };
  await put(store, `step ${key}`, `{"of": "${key}"}`, { record, durationMs: 1, states: [`state of ${key}`] });
  const made: Made = 'step install';
  await noteLast(store, image, { made, key: key as Key, origin: 'run' });
  return { layer, record };
}

test('wanted is what an image had last: records, layers, checkpoints, contents, artifacts; of what it had before, the key record', async () => {
  const store = await temporaryStore();
  const image = await imageIn(temporaryFolder());
  const old = await have(store, image, 'aa');
  const now = await have(store, image, 'bb');
  await put(store, 'artifact cc', 'disk');
  await noteLast(store, image, { made: 'artifact qcow2', key: 'cc' as Key, origin: 'run' });
  const wanted = await findWanted(store.paths);
  expect([...wanted.digests]).toEqual([now.layer]);
  expect([...wanted.digests]).not.toContain(old.layer);
  expect([...wanted.keys].toSorted()).toEqual(
    [
      `last ${image.id} step install`,
      `last ${image.id} artifact qcow2`,
      'artifact cc',
      'step aa',
      'step bb',
      'checkpoint state of bb',
      contentsKey(now.record),
    ].toSorted(),
  );
});

test('an image whose definition is gone wants nothing', async () => {
  const store = await temporaryStore();
  await have(store, { id: '/gone', definitionFile: '/gone/image.yaml', words: 'gone' }, 'aa');
  await put(store, 'last /dist/box step root', 'x', { at: 1 });
  expect(await findWanted(store.paths), 'nor does a note that is not understood').toEqual({
    keys: new Set(),
    digests: new Set(),
  });
});
