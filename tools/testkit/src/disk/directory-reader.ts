import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOfMode, type TreeEntry, type TreeReader } from './tree-reader.ts';

/** Reads a tree that lies in a directory of the host, such as a target root; nothing outside it is ever followed. */
export function directoryReader(directory: string): TreeReader {
  return {
    list: async (path) => {
      const at = join(directory, path);
      const names = await readdir(at).catch(() => undefined);
      if (names === undefined) return undefined;
      const entries = await Promise.all(
        names.map(async (name) => [name, await entryOf(join(at, name))] as const),
      );
      return new Map(entries.filter((pair): pair is [string, TreeEntry] => pair[1] !== undefined));
    },
    readFile: (path) => readFile(join(directory, path)),
    readLink: (path) => readlink(join(directory, path)),
  };
}

async function entryOf(path: string): Promise<TreeEntry | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  const kind = stats === undefined ? undefined : kindOfMode(stats.mode);
  if (stats === undefined || kind === undefined) return undefined;
  return { kind, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, sizeBytes: stats.size };
}
