import type { Digest } from '../fingerprint/digest.ts';
import { listCaches, type ListedCache } from './list-caches.ts';
import { listBlobs, type ListedBlob, listEntries } from './list-store.ts';
import { kindOfKey, storeKinds, type StoreKind } from './store-kinds.ts';
import type { StorePaths } from './store-paths.ts';

/** What the images of this machine still want of a store. */
export interface Wanted {
  readonly keys: ReadonlySet<string>;
  readonly digests: ReadonlySet<Digest>;
}

/** How much there is of one kind, and how much of it is wanted by the images as they were built last. */
export interface KindSize {
  readonly kind: StoreKind;
  readonly count: number;
  readonly sizeBytes: number;
  readonly wantedBytes: number;
}

/** What a store holds. */
export interface StoreSurvey {
  readonly kinds: readonly KindSize[];
  readonly caches: readonly ListedCache[];
  /** Keys whose blob is gone: what they stand for is made again when it is needed. */
  readonly keysWithoutBlob: number;
  readonly totalBytes: number;
}

/** Measures a store, by kind and by package cache. A blob under several keys counts once, as the first kind that it is. */
export async function surveyStore(paths: StorePaths, wanted: Wanted): Promise<StoreSurvey> {
  const entries = await listEntries(paths);
  const blobs = await listBlobs(paths);
  const kinds = kindsByDigest(entries);
  const present = new Set(blobs.map((blob) => blob.digest));
  const wantedDigests = new Set([
    ...wanted.digests,
    ...entries.filter((entry) => wanted.keys.has(entry.key)).map((entry) => entry.digest),
  ]);
  const sizes = storeKinds.map((kind): KindSize => {
    const ofKind = blobs.filter((blob) => (kinds.get(blob.digest) ?? 'unreferenced') === kind);
    const stillWanted = ofKind.filter((blob) => wantedDigests.has(blob.digest));
    return { kind, count: ofKind.length, sizeBytes: sum(ofKind), wantedBytes: sum(stillWanted) };
  });
  const caches = await listCaches(paths);
  return {
    kinds: sizes,
    caches,
    keysWithoutBlob: entries.filter((entry) => !present.has(entry.digest)).length,
    totalBytes: sum(blobs) + sum(caches),
  };
}

/** Bytes of all that a store holds: `totalBytes` of its survey, without reading the index. */
export async function measureStore(paths: StorePaths): Promise<number> {
  return sum(await listBlobs(paths)) + sum(await listCaches(paths));
}

/** Kind of each blob that a key leads to. */
export function kindsByDigest(
  entries: readonly { readonly key: string; readonly digest: Digest }[],
): ReadonlyMap<Digest, StoreKind> {
  const kinds = new Map<Digest, StoreKind>();
  for (const { key, digest } of entries) {
    const kind = kindOfKey(key);
    const known = kinds.get(digest);
    if (known === undefined || storeKinds.indexOf(kind) < storeKinds.indexOf(known)) kinds.set(digest, kind);
  }
  return kinds;
}

function sum(sized: readonly Pick<ListedBlob, 'sizeBytes'>[]): number {
  return sized.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
