import { posix } from 'node:path';
import type { TreeEntry, TreeReader } from './tree-reader.ts';

/**
 * The files of an image, as the image would see them: every path is absolute, and symlinks are followed inside the
 * tree, never on the host. What was read once is kept.
 */
export interface DiskTree {
  /** The entry itself, not what it links to; undefined where there is none. */
  readonly stat: (path: string) => Promise<TreeEntry | undefined>;
  /** The entry at the end of all links; undefined where a link dangles. */
  readonly statTarget: (path: string) => Promise<TreeEntry | undefined>;
  /** Path without any symlink in it; undefined where it leads nowhere. */
  readonly realPath: (path: string) => Promise<string | undefined>;
  readonly exists: (path: string) => Promise<boolean>;
  /** Names in byte order; undefined where the path is no directory. */
  readonly list: (path: string) => Promise<readonly string[] | undefined>;
  /** Bytes of the file at the end of all links; undefined where there is none. */
  readonly readFile: (path: string) => Promise<Buffer | undefined>;
  readonly readText: (path: string) => Promise<string | undefined>;
  /** Target as written; undefined where the path is no symlink. */
  readonly readLink: (path: string) => Promise<string | undefined>;
}

const longestLinkChain = 40;

/** Puts path resolution and a cache over a reader of real paths. */
export function openTree(reader: TreeReader): DiskTree {
  const list = remembered(reader.list);
  const readLink = remembered(reader.readLink);
  const readFile = remembered(reader.readFile);

  const entryAt = async (realPath: string): Promise<TreeEntry | undefined> => {
    if (realPath !== '/') return (await list(posix.dirname(realPath)))?.get(posix.basename(realPath));
    const root = await list('/');
    return root === undefined ? undefined : { kind: 'directory', mode: 0o755, uid: 0, gid: 0, sizeBytes: 0 };
  };

  /** Follows the links of all components but, with `last` kept, not the last one's. */
  const resolve = async (path: string, last: 'followed' | 'kept'): Promise<string | undefined> => {
    let pending = posix.resolve('/', path).split('/').filter(Boolean);
    let real = '/';
    let links = 0;
    while (pending.length > 0) {
      const [name = '', ...rest] = pending;
      pending = rest;
      if (name === '.') continue;
      if (name === '..') {
        real = posix.dirname(real);
        continue;
      }
      const next = posix.join(real, name);
      const entry = await entryAt(next);
      if (entry === undefined) return undefined;
      if (entry.kind !== 'symlink' || (rest.length === 0 && last === 'kept')) {
        real = next;
        continue;
      }
      links += 1;
      if (links > longestLinkChain) return undefined;
      const target = await readLink(next);
      if (target.startsWith('/')) real = '/';
      pending = [...target.split('/').filter(Boolean), ...rest];
    }
    return real;
  };

  const stat = async (path: string, last: 'followed' | 'kept') => {
    const real = await resolve(path, last);
    return real === undefined ? undefined : await entryAt(real);
  };

  const tree: DiskTree = {
    stat: (path) => stat(path, 'kept'),
    statTarget: (path) => stat(path, 'followed'),
    realPath: (path) => resolve(path, 'followed'),
    exists: async (path) => (await stat(path, 'followed')) !== undefined,
    list: async (path) => {
      const real = await resolve(path, 'followed');
      const entries = real === undefined ? undefined : await list(real);
      return entries === undefined ? undefined : [...entries.keys()].toSorted();
    },
    readFile: async (path) => {
      const real = await resolve(path, 'followed');
      if (real === undefined || (await entryAt(real))?.kind !== 'file') return undefined;
      return readFile(real);
    },
    readText: async (path) => (await tree.readFile(path))?.toString('utf8'),
    readLink: async (path) => {
      const real = await resolve(path, 'kept');
      if (real === undefined || (await entryAt(real))?.kind !== 'symlink') return undefined;
      return readLink(real);
    },
  };
  return tree;
}

function remembered<T>(read: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const reading = read(path);
    known.set(path, reading);
    return reading;
  };
}
