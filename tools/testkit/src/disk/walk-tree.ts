import { posix } from 'node:path';
import type { DiskTree } from './open-tree.ts';
import type { TreeEntry } from './tree-reader.ts';

export interface WalkedEntry extends TreeEntry {
  readonly path: string;
}

/**
 * Lists everything below a path, a level of the tree at a time (so that a disk is asked once a level), without
 * following symlinks. The path itself is left out; order within a level is that of the names.
 */
export async function walkTree(tree: DiskTree, path: string): Promise<readonly WalkedEntry[]> {
  const found: WalkedEntry[] = [];
  let level = [path];
  while (level.length > 0) {
    const directories = await Promise.all(level.map((directory) => entriesOf(tree, directory)));
    const entries = directories.flat();
    found.push(...entries);
    level = entries.filter((entry) => entry.kind === 'directory').map((entry) => entry.path);
  }
  return found;
}

async function entriesOf(tree: DiskTree, directory: string): Promise<readonly WalkedEntry[]> {
  const names = (await tree.list(directory)) ?? [];
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = posix.join(directory, name);
      const entry = await tree.stat(path);
      return entry === undefined ? undefined : { ...entry, path };
    }),
  );
  return entries.filter((entry) => entry !== undefined);
}
