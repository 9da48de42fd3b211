import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorePaths } from './store-paths.ts';

/** A package cache, or the mirror of one git repository: of use only as a whole. */
export interface ListedCache {
  /** Below the folder of caches: `apt-debian`, `git/agent.git`. */
  readonly name: string;
  readonly path: string;
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. Builds link the files of the caches that they mount, which sets a file's change time. */
  readonly usedAt: number;
}

/** Folders that hold caches, and are none. */
const folders = new Set(['git']);

/** All package caches and mirrors, in byte order. What may not be read is left out. */
export async function listCaches(paths: StorePaths): Promise<readonly ListedCache[]> {
  const names: string[] = [];
  for (const name of (await readdir(paths.caches).catch(() => [])).toSorted()) {
    if (!folders.has(name)) names.push(name);
    else
      for (const inside of (await readdir(join(paths.caches, name))).toSorted())
        names.push(join(name, inside));
  }
  const caches: ListedCache[] = [];
  for (const name of names) caches.push(await measure(name, join(paths.caches, name)));
  return caches;
}

async function measure(name: string, path: string): Promise<ListedCache> {
  let [fileCount, sizeBytes, usedAt] = [0, 0, 0];
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const facts = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined);
    if (facts === undefined) continue;
    fileCount += 1;
    sizeBytes += facts.blocks * 512;
    usedAt = Math.max(usedAt, facts.ctimeMs);
  }
  return { name, path, fileCount, sizeBytes, usedAt };
}
