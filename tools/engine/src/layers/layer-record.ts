import type { Digest, Key } from '../fingerprint/digest.ts';

/** A blob of the content store by its digest. */
export interface BlobReference {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** One path that extra-data hooks added, rewrote or removed in the hooks directory. */
export interface HookChange {
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'removed';
  readonly mode: number;
  /** Of a symbolic link. */
  readonly target?: string;
}

/** What extra-data hooks changed in the hooks directory: an EROFS file of an overlay upper folder, and its listing. */
export interface HookChanges extends BlobReference {
  readonly changes: readonly HookChange[];
}

/** A mount that hooks left below the target root, to be made again for the steps after it. */
export interface KeptMount {
  /** Absolute, in the tree. */
  readonly path: string;
  /** `bind`, or the type of a file system that needs no device. */
  readonly type: string;
  /** Of a bind mount the path as the sandbox has it: `/run/kiln/image-cache/apt`; else the type. */
  readonly source: string;
  /** For `mount -o`, beside ro and rw; may be empty. */
  readonly options: string;
  readonly readOnly: boolean;
}

/**
 * What a phase left behind, as content digests and nothing else: equal results give equal records, byte for byte, so
 * that the phase after it need not run again. Written as `layer.json`.
 */
export interface LayerRecord {
  readonly formatVersion: 1;
  readonly step: string;
  /** EROFS files of overlay upper folders, bottom first: those of the phases below, then this phase's own (`ownLayers`). */
  readonly layers: readonly BlobReference[];
  /** Holds from extra-data on; null where no hook changed the hooks directory. */
  readonly hooks: HookChanges | null;
  /** Files that host hooks wrote into their working directory, as an EROFS file. */
  readonly outputs: BlobReference | null;
  /** Variables that hooks of block-device.d printed for the phases after it. */
  readonly printed?: Readonly<Record<string, string>>;
  /** Left out where there are none. What they show is in no layer. */
  readonly mounts?: readonly KeptMount[];
  /** Where finalise hooks were shown a disk. */
  readonly disk?: ShownDisk;
}

/** What ties the disk that is written of a tree to the one that its finalise hooks were shown. */
export interface ShownDisk {
  /** From what its identifiers were derived. */
  readonly seed: Key;
  /** What hooks wrote outside of its filesystems: JSON, a list of `WrittenArea`; null for nothing. */
  readonly areas: BlobReference | null;
}

/** The record before the first phase. */
export const emptyRecord: LayerRecord = {
  formatVersion: 1,
  step: 'none',
  layers: [],
  hooks: null,
  outputs: null,
};

/** The layers that a phase added to what is below it: the last, and those that were sealed before it. */
export function ownLayers(record: LayerRecord, below: LayerRecord): readonly BlobReference[] {
  return record.layers.slice(below.layers.length);
}

/** Every blob that a record needs, for checking and for garbage collection. */
export function blobsOf(record: LayerRecord): readonly BlobReference[] {
  const others = [record.hooks, record.outputs, record.disk?.areas ?? null];
  return [...record.layers, ...others].filter((blob) => blob !== null);
}
