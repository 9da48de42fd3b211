import type { FileKind } from '@kiln/engine/util/listed-file.ts';

/** What a directory says of one of its entries. `mode` holds the permission bits (0o7777). */
export interface TreeEntry {
  readonly kind: FileKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
}

/**
 * Reads one filesystem by real paths: absolute, normalised, and without symlinks on the way.
 *
 * `DiskTree` (open-tree.ts) puts path resolution and a cache on top, so a reader need do neither.
 */
export interface TreeReader {
  /** Entries by name, without `.` and `..`; undefined where the path is no directory. */
  readonly list: (directory: string) => Promise<ReadonlyMap<string, TreeEntry> | undefined>;
  readonly readFile: (path: string) => Promise<Buffer>;
  readonly readLink: (path: string) => Promise<string>;
}

const kindsByFormat: Readonly<Record<number, FileKind>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
  0o020000: 'character-device',
  0o060000: 'block-device',
  0o010000: 'fifo',
  0o140000: 'socket',
};

/** The kind of an inode by its st_mode; undefined for a mode that no inode has. */
export function kindOfMode(mode: number): FileKind | undefined {
  return kindsByFormat[mode & 0o170000];
}
