import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import cacache from 'cacache';
import type { Digest } from '../fingerprint/digest.ts';
import { blobFolder, blobPath, digestOfIntegrity, proofPath } from './blob-path.ts';
import type { StorePaths } from './store-paths.ts';

const { bucketPath } = createRequire(import.meta.url)('cacache/lib/entry-index.js') as {
  readonly bucketPath: (cache: string, key: string) => string;
};

/** One line of the index that counts. */
export interface ListedEntry {
  readonly key: string;
  readonly digest: Digest;
  readonly committedAt: number;
  readonly metadata: unknown;
}

/** One blob on the disk. */
export interface ListedBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Milliseconds since 1970: when it was last committed or used. */
  readonly usedAt: number;
}

/** All keys of a store, in no order. Reads the whole index, which takes about 0.1 s for a thousand keys. */
export async function listEntries(paths: StorePaths): Promise<readonly ListedEntry[]> {
  const entries = Object.values(await cacache.ls(paths.content));
  return entries.map(({ key, integrity, time, metadata }) => ({
    key,
    digest: digestOfIntegrity(integrity),
    committedAt: time,
    metadata: metadata as unknown,
  }));
}

/** All blobs of a store, whether a key leads to them or not. */
export async function listBlobs(paths: StorePaths): Promise<readonly ListedBlob[]> {
  const folder = blobFolder(paths);
  const blobs: ListedBlob[] = [];
  for (const first of await namesIn(folder)) {
    for (const second of await namesIn(join(folder, first))) {
      for (const rest of await namesIn(join(folder, first, second))) {
        const blob = await describeBlob(paths, `${first}${second}${rest}` as Digest);
        if (blob !== undefined) blobs.push(blob);
      }
    }
  }
  return blobs;
}

/** One blob; undefined where it is gone. */
export async function describeBlob(paths: StorePaths, digest: Digest): Promise<ListedBlob | undefined> {
  const facts = await stat(blobPath(paths, digest)).catch(() => undefined);
  if (facts === undefined) return undefined;
  const proof = await stat(proofPath(paths, digest)).catch(() => undefined);
  return { digest, sizeBytes: facts.size, usedAt: Math.max(facts.mtimeMs, proof?.mtimeMs ?? 0) };
}

/** Removes a blob and the note on it. A build that has it mounted keeps it until it is done. */
export async function removeBlob(paths: StorePaths, digest: Digest): Promise<void> {
  await rm(blobPath(paths, digest), { force: true });
  await rm(proofPath(paths, digest), { force: true });
}

/** Takes a key out of the index, with all that was ever written under it. */
export async function removeEntry(paths: StorePaths, key: string): Promise<void> {
  await rm(bucketPath(paths.content, key), { force: true });
}

/** Drops lines of the index that later ones replaced. Only for who has the store for himself. */
export async function compactEntry(paths: StorePaths, key: string): Promise<void> {
  const lines = (await readFile(bucketPath(paths.content, key), 'utf8')).split('\n');
  if (lines.filter((line) => line !== '').length < 2) return;
  await cacache.index.compact(paths.content, key, (a, b) => a.key === b.key);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
