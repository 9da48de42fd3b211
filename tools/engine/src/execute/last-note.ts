import { readFile } from 'node:fs/promises';
import type { Origin } from '../events/build-event.ts';
import type { Digest, Key } from '../fingerprint/digest.ts';
import type { KeyRecord } from '../fingerprint/key-record.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { BuildSubject } from './build-request.ts';

/**
 * What an image had last at one step (or artifact), in the store's index under `last <image> <step>`; the blob is the
 * key record. Kept small: the key before it is there too, so that `explain` can still tell after the fact why a step ran.
 */
export interface LastNote {
  readonly step: string;
  readonly definitionFile: string;
  readonly key: Key;
  readonly origin: Origin;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What the image had before; its record is the blob of that digest, if the store still has it. */
  readonly before?: { readonly key: Key; readonly digest: Digest };
}

/** Name of the entry in the store's index. */
export function keyOfLastNote(subject: Pick<BuildSubject, 'id'>, step: string): string {
  return `${lastNotePrefix}${subject.id} ${step}`;
}

/** How all such names begin. */
export const lastNotePrefix = 'last ';

/** Something that an image just got: `stored` is the key in the store whose blob is the key record. */
export interface Achieved {
  readonly step: string;
  readonly key: Key;
  readonly stored: string;
  readonly origin: Origin;
}

/** Notes what an image has now. The same again is noted only if it was made anew. */
export async function noteLast(
  store: ContentStore,
  subject: BuildSubject | undefined,
  achieved: Achieved,
): Promise<void> {
  if (subject === undefined) return;
  const { step, key, stored, origin } = achieved;
  const name = keyOfLastNote(subject, step);
  const known = await store.find<LastNote>(name);
  if (known?.metadata.key === key && origin === 'restored') return;
  const record = await store.find(stored);
  if (record === undefined) return;
  const before = known === undefined ? {} : { before: { key: known.metadata.key, digest: known.digest } };
  const { definitionFile } = subject;
  const note: LastNote = { step, definitionFile, key, origin, at: Date.now(), ...before };
  await store.bind(name, record, note);
}

/** What an image had last, with the key record behind it; undefined where it was never built here. */
export async function readLast(
  store: ContentStore,
  subject: Pick<BuildSubject, 'id'>,
  step: string,
): Promise<{ readonly note: LastNote; readonly record: KeyRecord | undefined } | undefined> {
  const entry = await store.find<LastNote>(keyOfLastNote(subject, step));
  if (entry === undefined) return undefined;
  return { note: entry.metadata, record: await readRecord(store, entry.digest) };
}

/** A key record by the digest of its JSON; undefined where the store no longer has it. */
export async function readRecord(store: ContentStore, digest: Digest): Promise<KeyRecord | undefined> {
  const file = await store.locate(digest);
  return file === undefined ? undefined : (JSON.parse(await readFile(file, 'utf8')) as KeyRecord);
}
