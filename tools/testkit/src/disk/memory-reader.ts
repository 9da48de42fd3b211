import { posix } from 'node:path';
import type { FileKind } from '@kiln/engine/util/listed-file.ts';
import type { TreeEntry, TreeReader } from './tree-reader.ts';

/** One entry of a fake tree: text of a file, or more said. Parents need no entry of their own. */
export type MemoryEntry =
  | string
  | { readonly link: string }
  | {
      readonly content?: string | Buffer;
      readonly kind?: Exclude<FileKind, 'symlink'>;
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    };

/** Reads a tree written down as data, by absolute path, for tests. */
export function memoryReader(files: Readonly<Record<string, MemoryEntry>>): TreeReader {
  const directories = new Map<string, Map<string, TreeEntry>>([['/', new Map()]]);
  const enter = (path: string, entry: TreeEntry): void => {
    if (path === '/') return;
    const parent = posix.dirname(path);
    if (!directories.has(parent)) enter(parent, directoryEntry);
    directories.get(parent)?.set(posix.basename(path), entry);
    if (entry.kind === 'directory' && !directories.has(path)) directories.set(path, new Map());
  };
  for (const [path, entry] of Object.entries(files)) enter(path, describe(entry));
  return {
    list: async (directory) => directories.get(directory),
    readFile: async (path) => contentOf(files[path] ?? ''),
    readLink: async (path) => {
      const entry = files[path];
      return typeof entry === 'object' && 'link' in entry ? entry.link : '';
    },
  };
}

const directoryEntry: TreeEntry = { kind: 'directory', mode: 0o755, uid: 0, gid: 0, sizeBytes: 0 };

function contentOf(entry: MemoryEntry): Buffer {
  if (typeof entry === 'string') return Buffer.from(entry);
  return 'link' in entry ? Buffer.alloc(0) : Buffer.from(entry.content ?? '');
}

function describe(entry: MemoryEntry): TreeEntry {
  if (typeof entry === 'object' && 'link' in entry) {
    return { kind: 'symlink', mode: 0o777, uid: 0, gid: 0, sizeBytes: Buffer.byteLength(entry.link) };
  }
  const said = typeof entry === 'string' ? {} : entry;
  const kind = said.kind ?? 'file';
  return {
    kind,
    mode: said.mode ?? (kind === 'directory' ? 0o755 : 0o644),
    uid: said.uid ?? 0,
    gid: said.gid ?? 0,
    sizeBytes: contentOf(entry).length,
  };
}
