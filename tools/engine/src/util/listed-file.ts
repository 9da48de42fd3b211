/** What a file is, in words. */
export type FileKind =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'character-device'
  | 'block-device'
  | 'fifo'
  | 'socket';

/** One file of an image, wherever its tree was read from. Times are left out: they are clamped in every image. */
export interface ListedFile {
  /** Absolute, as the image has it. */
  readonly path: string;
  readonly kind: FileKind;
  /** Permission bits (0o7777). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a regular file; 0 for all else. */
  readonly sizeBytes: number;
  /** Of a symbolic link, as written; else empty. */
  readonly target: string;
}
