/** One file of an image, as far as two images are compared: not its times, which are clamped in both. */
export interface ComparedFile {
  readonly kind: string;
  /** Permission bits in octal: `0644`. */
  readonly mode: string;
  /** `uid:gid` */
  readonly owner: string;
  /** Of a regular file; 0 for all else. */
  readonly sizeBytes: number;
  /** Of a symbolic link. */
  readonly target: string;
}

/** The files of an image, wherever they are read from. */
export interface ComparedTree {
  /** By absolute path. */
  readonly files: ReadonlyMap<string, ComparedFile>;
  /** Digests of the contents of regular files, by path; of the paths that are asked for. */
  readonly digests: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** Permission bits as four octal digits. */
export function octalMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
