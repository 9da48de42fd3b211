import type { Digest } from '../fingerprint/digest.ts';

/** One file of an element as it was read, once, when the build began. `path` is relative to the element's folder. */
export interface ElementFile {
  readonly path: string;
  /** 0o755 or 0o644, as git keeps modes; 0o777 for a symbolic link. Owners and times do not count. */
  readonly mode: number;
  readonly kind: 'file' | 'symlink';
  /** Of the bytes, or of the link's target. */
  readonly digest: Digest;
  /** The bytes, or the link's target. */
  readonly content: Buffer;
}

/** What `element.yaml` says beyond diskimage-builder's own files. */
export interface ElementDeclarations {
  readonly description?: string;
  /** Variables that the hooks read although no script names them; `NAME_*` stands for all that begin so. */
  readonly variables: readonly string[];
  /** Variables whose values must appear nowhere, beside those that have the name of a secret. */
  readonly secrets: readonly string[];
  /** Programs of the host that the host hooks run; they enter the keys by content. */
  readonly hostTools: readonly { readonly tool: string; readonly debianPackage?: string }[];
  /** Files and folders of the host that the hooks read; they enter the keys by content. `$NAME` is what the variable names. */
  readonly hostFiles: readonly string[];
  /** False where a phase with this element's hooks may not be restored from the store. */
  readonly restorable: boolean;
  /** Package caches kept between builds: the folder in the target root or below DIB_IMAGE_CACHE, and the cache's name. */
  readonly caches: readonly {
    readonly path: string;
    readonly place: 'target root' | 'image cache';
    readonly name: string;
    readonly kind: 'files' | 'directory';
  }[];
  /** Files and folders of the host that the scripts in `lock.d` look at, so that kept answers are asked anew when they change. */
  readonly lockHostFiles: readonly string[];
}

/** A folder that changes an image, as read from disk. */
export interface Element {
  readonly name: string;
  /** Real path of the folder. */
  readonly directory: string;
  readonly dependencies: readonly string[];
  readonly provides: readonly string[];
  readonly declarations: ElementDeclarations;
  /** In byte order of their paths; see `isPartOfElement` for what is left out. */
  readonly files: readonly ElementFile[];
}
