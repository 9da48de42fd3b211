import { expect, test } from 'vitest';
import { keyOfMade, noteLast, readKeyRecord, readLast } from '../../../src/execute/explain/last-note.ts';
import type { Key } from '../../../src/fingerprint/digest.ts';
import type { ContentStore } from '../../../src/store/content-store.ts';
import { put, temporaryStore } from '../../store/store-fixture.ts';

const subject = { id: '/dist/web', definitionFile: '/images/web/image.yaml', words: 'web' };
const made = 'step install';
const [first, second] = ['aa' as Key, 'bb' as Key];

async function have(store: ContentStore, key: Key, origin: 'run' | 'restored' = 'run'): Promise<void> {
  const record = { version: 1, inputs: { key } };
  await put(store, keyOfMade(made, key), JSON.stringify(record));
  await noteLast(store, subject, { made, key, origin });
}

test('the last key is noted, with the one before it, and both records can be read', async () => {
  const store = await temporaryStore();
  expect(await readLast(store, subject, made)).toBeUndefined();
  await have(store, first);
  expect(await readLast(store, subject, made)).not.toHaveProperty('keyBefore');
  await have(store, second);
  expect(await readLast(store, subject, made)).toMatchObject({
    key: second,
    keyBefore: first,
    origin: 'run',
  });
  expect((await readKeyRecord(store, made, first))?.inputs).toEqual({ key: first });
});

test('the same again, restored, leaves the note as it was; made anew, it is noted', async () => {
  const store = await temporaryStore();
  await have(store, first);
  await have(store, second);
  await have(store, second, 'restored');
  expect(await readLast(store, subject, made)).toMatchObject({ keyBefore: first });
  await have(store, second);
  expect(await readLast(store, subject, made)).toMatchObject({ keyBefore: second });
});

test('images are noted apart, and without a subject nothing is', async () => {
  const store = await temporaryStore();
  await have(store, first);
  expect(await readLast(store, { id: '/dist/web.small' }, made)).toBeUndefined();
  await noteLast(store, undefined, { made: 'step root', key: first, origin: 'run' });
  expect(await readLast(store, subject, 'step root')).toBeUndefined();
});

test('the time that artifacts took is kept when they are restored later', async () => {
  const store = await temporaryStore();
  await put(store, 'artifact aa', 'disk', { version: 1, inputs: { artifact: 'qcow2' } });
  await put(store, 'artifact bb', 'other disk', { version: 1, inputs: { artifact: 'qcow2' } });
  const artifact = { made: 'artifact qcow2', key: first } as const;
  await noteLast(store, subject, { ...artifact, origin: 'run', tookMs: 1200 });
  await noteLast(store, subject, { ...artifact, key: second, origin: 'restored' });
  expect(await readLast(store, subject, 'artifact qcow2')).toMatchObject({ key: second, tookMs: 1200 });
});
