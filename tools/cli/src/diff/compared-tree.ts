import type { FileKind, ListedFile } from '@kiln/engine/util/listed-file.ts';

/** One file of an image as it is compared and shown. */
export interface ComparedFile {
  readonly kind: FileKind;
  /** Permission bits in octal: `0644`. */
  readonly mode: string;
  /** `uid:gid` */
  readonly owner: string;
  readonly sizeBytes: number;
  readonly target: string;
}

/** The files of an image, wherever they are read from. */
export interface ComparedTree {
  /** By absolute path. */
  readonly files: ReadonlyMap<string, ComparedFile>;
  /** Digests of the contents of regular files, by path; of the paths that are asked for. */
  readonly digests: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** Files by path, in the form in which they are compared. */
export function comparedFiles(listed: Iterable<ListedFile>): ReadonlyMap<string, ComparedFile> {
  return new Map(
    [...listed].map(({ path, kind, mode, uid, gid, sizeBytes, target }) => [
      path,
      { kind, mode: mode.toString(8).padStart(4, '0'), owner: `${uid}:${gid}`, sizeBytes, target },
    ]),
  );
}
