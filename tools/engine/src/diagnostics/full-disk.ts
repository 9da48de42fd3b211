import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from './failure.ts';

/** What a program prints when its disk is full, or the user's share of it. tar says it in its own way where the last block fits in part. */
export const fullDiskText = /no space left on device|disk quota exceeded|wrote only \d+ of \d+ bytes/i;

/** Runs `body`, and tells a full disk as 'disk-full': where, while doing what, and how much is free at that moment. */
export async function tellingFullDisk<T>(
  writing: { readonly path: string; readonly doing: string },
  body: () => Promise<T>,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!isFullDisk(error)) throw error;
    return fail({ code: 'disk-full', ...writing, freeBytes: await freeBytesAt(writing.path) });
  }
}

function isFullDisk(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Bytes that a user may still write at a path, which need not exist yet. */
export async function freeBytesAt(path: string): Promise<number> {
  const facts = await statfs(path).catch(() => undefined);
  if (facts !== undefined) return facts.bavail * facts.bsize;
  return dirname(path) === path ? 0 : freeBytesAt(dirname(path));
}
