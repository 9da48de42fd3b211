import type { Digest } from '../fingerprint/digest.ts';
import type { ListedCache } from './list-caches.ts';
import type { ListedBlob, ListedEntry } from './list-store.ts';
import type { StoreKind } from './store-kinds.ts';
import { kindsByDigest, type Wanted } from './survey-store.ts';

/** What may stay. */
export interface CollectionPolicy {
  /** What the images want; empty to remove everything. */
  readonly wanted: Wanted;
  /** What was used within this time stays, wanted or not. */
  readonly keepMs: number;
  /** Above this size even what is wanted goes, the least recently used first. */
  readonly limitBytes: number | undefined;
  readonly now: number;
}

/** What a store holds, as it is listed. */
export interface StoreListing {
  readonly entries: readonly ListedEntry[];
  readonly blobs: readonly ListedBlob[];
  readonly caches: readonly ListedCache[];
}

/** What is to go, and what of it all is to stay. */
export interface CollectionPlan {
  readonly blobs: readonly ListedBlob[];
  readonly keys: readonly string[];
  readonly caches: readonly ListedCache[];
  readonly keptKeys: readonly string[];
  readonly keptDigests: readonly Digest[];
  /** Of the blobs that stay, those that images want; the others were used lately. */
  readonly wantedBytes: number;
}

/** What is dearer to make again goes later. */
const dearness: Readonly<Record<StoreKind, number>> = {
  unreferenced: 0,
  checkpoints: 1,
  artifacts: 2,
  layers: 3,
  sources: 4,
  records: 5,
};

/**
 * Decides what goes. Pure.
 *
 * A blob stays when it is wanted, by digest or by one of its keys, or when it was used lately. Then, above the limit, the
 * least recently used goes: first what is not wanted, then what is wanted, that which is cheap to make again before the rest.
 *
 * @param policy `protectedSince`: what was used since then stays whatever else is said.
 */
export function planCollection(
  { entries, blobs, caches }: StoreListing,
  policy: CollectionPolicy & { readonly protectedSince: number },
): CollectionPlan {
  const { wanted, now, keepMs, protectedSince } = policy;
  const wantedDigests = new Set<Digest>([
    ...wanted.digests,
    ...entries.filter((entry) => wanted.keys.has(entry.key)).map((entry) => entry.digest),
  ]);
  const isRecent = (usedAt: number): boolean => usedAt >= Math.min(now - keepMs, protectedSince);
  const kept = blobs.filter((blob) => wantedDigests.has(blob.digest) || isRecent(blob.usedAt));
  const keptCaches = caches.filter((cache) => isRecent(cache.usedAt));
  const kinds = kindsByDigest(entries);
  const evicted = evict(
    [
      ...kept.map((blob) => ({
        item: blob,
        usedAt: blob.usedAt,
        rank: wantedDigests.has(blob.digest) ? 1 + dearness[kinds.get(blob.digest) ?? 'unreferenced'] : 0,
      })),
      ...keptCaches.map((cache) => ({ item: cache, usedAt: cache.usedAt, rank: 1 + dearness.sources })),
    ],
    policy,
  );
  const stays = new Set<ListedBlob | ListedCache>([...kept, ...keptCaches].filter((it) => !evicted.has(it)));
  const staying = kept.filter((blob) => stays.has(blob));
  const keptDigests = new Set(staying.map((blob) => blob.digest));
  const staysKnown = (entry: ListedEntry): boolean =>
    wanted.keys.has(entry.key) || (keptDigests.has(entry.digest) && isEntryOfUse(entry, policy));
  return {
    blobs: blobs.filter((blob) => !stays.has(blob)),
    caches: caches.filter((cache) => !stays.has(cache)),
    keys: entries.filter((entry) => !staysKnown(entry)).map((entry) => entry.key),
    keptKeys: entries.filter(staysKnown).map((entry) => entry.key),
    keptDigests: [...keptDigests],
    wantedBytes: staying
      .filter((blob) => wantedDigests.has(blob.digest))
      .reduce((total, { sizeBytes }) => total + sizeBytes, 0),
  };
}

/** Notes of images that are gone lead to blobs that may stay for other reasons; the notes themselves need not. */
function isEntryOfUse(
  entry: ListedEntry,
  policy: CollectionPolicy & { readonly protectedSince: number },
): boolean {
  return !entry.key.startsWith('last ') || entry.committedAt >= policy.protectedSince;
}

interface Candidate {
  readonly item: ListedBlob | ListedCache;
  readonly usedAt: number;
  readonly rank: number;
}

function evict(
  candidates: readonly Candidate[],
  policy: CollectionPolicy & { readonly protectedSince: number },
): ReadonlySet<ListedBlob | ListedCache> {
  const evicted = new Set<ListedBlob | ListedCache>();
  let excess =
    policy.limitBytes === undefined
      ? 0
      : candidates.reduce((total, { item }) => total + item.sizeBytes, -policy.limitBytes);
  for (const { item, usedAt } of candidates.toSorted((a, b) => a.rank - b.rank || a.usedAt - b.usedAt)) {
    if (excess <= 0) break;
    if (usedAt >= policy.protectedSince) continue;
    evicted.add(item);
    excess -= item.sizeBytes;
  }
  return evicted;
}
