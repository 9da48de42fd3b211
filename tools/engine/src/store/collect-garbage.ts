import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../fingerprint/digest.ts';
import type { Runner } from '../util/runner.ts';
import { tryLockFile } from './file-lock.ts';
import { listCaches } from './list-caches.ts';
import { compactEntry, describeBlob, listBlobs, listEntries, removeBlob, removeEntry } from './list-store.ts';
import { planCollection, type CollectionPlan, type CollectionPolicy } from './plan-collection.ts';
import type { StorePaths } from './store-paths.ts';

/** What a collection did. */
export interface Collection {
  readonly removedBlobs: number;
  readonly removedKeys: number;
  readonly removedCaches: readonly string[];
  readonly freedBytes: number;
  readonly keptBytes: number;
  /** Why that was kept: images want it, it was used lately, or it is a package cache that was. */
  readonly keptFor: {
    readonly wantedBytes: number;
    readonly recentBytes: number;
    readonly cacheBytes: number;
  };
  /** 'beside-builds': others were at work, so all that was used within the last day was kept. */
  readonly mode: 'alone' | 'beside-builds';
}

/** A build that began earlier than this is not expected to be still at work. */
const longestBuildMs = 24 * 60 * 60 * 1000;

/**
 * Removes what nobody wants any more.
 *
 * Builds share the lock `locks/in-use`. Who has it for himself knows that nothing is in use, and holds off new builds for
 * the second that it takes. Where builds are at work, what they may need is kept by its time of use, and looked at once
 * more just before it goes. Layers that are mounted stay readable even when their file is removed.
 *
 * @param asRoot removes package caches, whose files belong to root.
 */
export async function collectGarbage(
  paths: StorePaths,
  policy: CollectionPolicy,
  asRoot: Runner,
): Promise<Collection> {
  const alone = await tryLockFile(join(paths.locks, 'in-use'));
  try {
    const mode = alone === undefined ? 'beside-builds' : 'alone';
    const protectedSince = mode === 'alone' ? Infinity : policy.now - longestBuildMs;
    const [entries, blobs] = [await listEntries(paths), await listBlobs(paths)];
    // A build may be reading a mirror, or have a cache mounted, however old it is.
    const caches = mode === 'alone' ? await listCaches(paths) : [];
    const plan = planCollection({ entries, blobs, caches }, { ...policy, protectedSince });
    const gone = await removeBlobs(paths, plan, protectedSince);
    for (const key of plan.keys) await removeEntry(paths, key);
    for (const cache of plan.caches) await asRoot(['rm', '-rf', '--one-file-system', cache.path]);
    if (mode === 'alone') await tidyUp(paths, plan, policy.now);
    const cacheBytes = plan.caches.reduce((total, cache) => total + cache.sizeBytes, 0);
    const freedBytes = gone.reduce((total, blob) => total + blob.sizeBytes, cacheBytes);
    const keptBytes = [...blobs, ...caches].reduce((total, it) => total + it.sizeBytes, -freedBytes);
    const keptCacheBytes = caches.reduce((total, it) => total + it.sizeBytes, -cacheBytes);
    const { wantedBytes } = plan;
    return {
      removedBlobs: gone.length,
      removedKeys: plan.keys.length,
      removedCaches: plan.caches.map((cache) => cache.name),
      freedBytes,
      keptBytes,
      keptFor: {
        wantedBytes,
        recentBytes: keptBytes - wantedBytes - keptCacheBytes,
        cacheBytes: keptCacheBytes,
      },
      mode,
    };
  } finally {
    await alone?.release();
  }
}

async function removeBlobs(paths: StorePaths, plan: CollectionPlan, protectedSince: number) {
  const gone: { readonly digest: Digest; readonly sizeBytes: number }[] = [];
  for (const { digest } of plan.blobs) {
    const now = await describeBlob(paths, digest);
    if (now === undefined || now.usedAt >= protectedSince) continue;
    await removeBlob(paths, digest);
    gone.push(now);
  }
  return gone;
}

/** Small things that grow: replaced lines of the index, files of locks, notes on artifacts. */
async function tidyUp(paths: StorePaths, plan: CollectionPlan, now: number): Promise<void> {
  for (const key of plan.keptKeys) await compactEntry(paths, key);
  const present = new Set<string>(plan.keptDigests);
  for (const name of await readdir(paths.proven)) {
    const file = join(paths.proven, name);
    const old = await isOlder(file, now - 30 * longestBuildMs);
    if (old || (/^[0-9a-f]{64}$/.test(name) && !present.has(name))) await rm(file, { force: true });
  }
  for (const name of await readdir(paths.locks)) {
    const file = join(paths.locks, name);
    if (name !== 'in-use' && (await isOlder(file, now - longestBuildMs))) await rm(file, { force: true });
  }
}

async function isOlder(file: string, than: number): Promise<boolean> {
  const facts = await stat(file).catch(() => undefined);
  return facts !== undefined && facts.mtimeMs < than;
}
