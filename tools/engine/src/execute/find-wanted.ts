import { existsSync } from 'node:fs';
import type { Digest } from '../fingerprint/digest.ts';
import { blobsOf, type LayerRecord } from '../layers/layer-record.ts';
import { listEntries } from '../store/list-store.ts';
import type { StorePaths } from '../store/store-paths.ts';
import type { Wanted } from '../store/survey-store.ts';
import { keyOfState } from './steps/checkpoint.ts';
import { keyOfMade, type LastNote, lastNotePrefix } from './explain/last-note.ts';
import { contentsKey } from './artifacts/tree-contents.ts';
import type { StoredStep } from './steps/stored-step.ts';

/**
 * What the images of this machine want of a store: all that they had last, whose definitions still stand. Of what they had
 * before that, the key record alone, for `explain`.
 */
export async function findWanted(paths: StorePaths): Promise<Wanted> {
  const entries = await listEntries(paths);
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const keys = new Set<string>();
  const digests = new Set<Digest>();
  for (const entry of entries.filter(({ key }) => key.startsWith(lastNotePrefix))) {
    const note = entry.metadata as Partial<LastNote> | null;
    if (!isNote(note) || !existsSync(note.definitionFile)) continue;
    const stored = keyOfMade(note.made, note.key);
    keys.add(entry.key).add(stored);
    if (note.made.startsWith('artifact ')) continue;
    if (note.keyBefore !== undefined) keys.add(keyOfMade(note.made, note.keyBefore));
    const step = byKey.get(stored)?.metadata as StoredStep | undefined;
    for (const key of step === undefined ? [] : keysBehind(step)) keys.add(key);
    for (const digest of step === undefined ? [] : digestsBehind(step.record)) digests.add(digest);
  }
  return { keys, digests };
}

/** Another version of Kiln may have noted otherwise; what it wanted is kept by age. */
function isNote(note: Partial<LastNote> | null): note is LastNote {
  return note?.made !== undefined && note.key !== undefined && note.definitionFile !== undefined;
}

function keysBehind({ record, states = [] }: StoredStep): readonly string[] {
  return [contentsKey(record), ...states.map((stateKey) => keyOfState({ stateKey }))];
}

function digestsBehind(record: LayerRecord): readonly Digest[] {
  return blobsOf(record).map((blob) => blob.digest);
}
