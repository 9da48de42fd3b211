import { readFile } from 'node:fs/promises';
import type { Origin } from '../../events/build-event.ts';
import type { Key } from '../../fingerprint/digest.ts';
import type { KeyRecord } from '../../fingerprint/key-record.ts';
import type { ContentStore } from '../../store/content-store.ts';
import type { BuildSubject } from '../build-request.ts';

/**
 * What an image had last at one step or artifact, in the store's index under `last <image> <made>`. Kept small: one key,
 * and the one before it, so that `explain` can still tell after the fact why a step ran.
 */
export interface LastNote {
  readonly made: Made;
  readonly definitionFile: string;
  readonly key: Key;
  readonly origin: Origin;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** How long artifacts took: all of the build together. A step's times stand beside its key. */
  readonly tookMs?: number;
  /** What the image had before. Undefined the first time. */
  readonly keyBefore?: Key;
}

/** What a note is about: `step install`, `artifact qcow2`. With the key behind it, it is a key of the store. */
export type Made = `step ${string}` | `artifact ${string}`;

/** How the names of all notes begin in the store's index. */
export const lastNotePrefix = 'last ';

/** Key under which the store has what was made: `step <key>`, `artifact <key>`. */
export function keyOfMade(made: Made, key: Key): string {
  return `${made.split(' ')[0]} ${key}`;
}

/** Notes what an image has now. The same again is noted only if it was made anew. */
export async function noteLast(
  store: ContentStore,
  subject: BuildSubject | undefined,
  achieved: Pick<LastNote, 'made' | 'key' | 'origin' | 'tookMs'>,
): Promise<void> {
  if (subject === undefined) return;
  const { made, key, origin } = achieved;
  const known = await readLast(store, subject, made);
  if (known?.key === key && origin === 'restored') return;
  const blob = await store.find(keyOfMade(made, key));
  if (blob === undefined) return;
  const { definitionFile } = subject;
  const before = known === undefined ? {} : { keyBefore: known.key };
  const time = known?.tookMs === undefined ? {} : { tookMs: known.tookMs };
  const note: LastNote = { ...time, ...achieved, definitionFile, at: Date.now(), ...before };
  await store.bind(`${lastNotePrefix}${subject.id} ${made}`, blob, note);
}

/** What an image had last; undefined where it was never built here. */
export async function readLast(
  store: ContentStore,
  subject: Pick<BuildSubject, 'id'>,
  made: Made,
): Promise<LastNote | undefined> {
  return (await store.find<LastNote>(`${lastNotePrefix}${subject.id} ${made}`))?.metadata;
}

/** The key record behind a key; undefined where the store no longer has it. A step's is a blob, an artifact's stands beside its key. */
export async function readKeyRecord(
  store: ContentStore,
  made: Made,
  key: Key,
): Promise<KeyRecord | undefined> {
  const entry = await store.find<KeyRecord>(keyOfMade(made, key));
  if (entry === undefined || made.startsWith('artifact ')) return entry?.metadata;
  const file = await store.locate(entry.digest);
  return file === undefined ? undefined : (JSON.parse(await readFile(file, 'utf8')) as KeyRecord);
}
