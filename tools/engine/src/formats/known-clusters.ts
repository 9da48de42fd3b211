import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { clusterBytes, type ClusterForm } from './qcow2-image.ts';

/** An image made before, and the list of its clusters (`startClusterList`). */
export interface KnownClusters {
  readonly imageFile: string;
  readonly clustersFile: string;
}

/** What a cluster is known by, SHA-256 each. */
export interface ClusterMarks {
  /** Of what it holds unpacked. */
  readonly content: Buffer;
  /** Of where that comes from: which bytes of which files of which layers. Undefined where it comes from elsewhere, too. */
  readonly origin: Buffer | undefined;
}

/** Where a cluster lies in an image, in the form in which it is kept there. */
export interface KnownCluster {
  readonly imageFile: string;
  readonly content: Buffer;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export interface KnownClusterIndex {
  readonly find: (mark: Buffer) => KnownCluster | undefined;
}

export const markBytes = 32;
/** Both marks, then the offset in the image (64 bits, little-endian) and the length (32 bits). */
const recordBytes = 2 * markBytes + 8 + 4;
const noOrigin = Buffer.alloc(markBytes);

/** The mark of a text or of bytes. */
export function markOf(marked: string | Uint8Array): Buffer {
  return hash('sha256', marked, 'buffer');
}

/** Reads lists of clusters; the first that has one wins. */
export function indexKnownClusters(lists: readonly KnownClusters[]): KnownClusterIndex {
  const known = new Map<string, KnownCluster>();
  for (const { imageFile, clustersFile } of lists.toReversed()) {
    const bytes = readFileSync(clustersFile);
    for (let at = 0; at + recordBytes <= bytes.length; at += recordBytes) {
      const content = bytes.subarray(at, at + markBytes);
      const origin = bytes.subarray(at + markBytes, at + 2 * markBytes);
      const offsetBytes = Number(bytes.readBigUInt64LE(at + 2 * markBytes));
      const lengthBytes = bytes.readUInt32LE(at + 2 * markBytes + 8);
      const cluster = { imageFile, content, offsetBytes, lengthBytes };
      known.set(content.toString('latin1'), cluster);
      if (!origin.equals(noOrigin)) known.set(origin.toString('latin1'), cluster);
    }
  }
  return { find: (mark) => known.get(mark.toString('latin1')) };
}

/** The form of a cluster that takes so many bytes: only one that could not be packed takes all of them. */
export function formOf({ lengthBytes }: Pick<KnownCluster, 'lengthBytes'>): ClusterForm {
  return lengthBytes === clusterBytes ? 'plain' : { compressedBytes: lengthBytes };
}

/** Both marks in a row, as they are handed over and listed. */
export function joinMarks({ content, origin }: ClusterMarks): Buffer {
  return Buffer.concat([content, origin ?? noOrigin]);
}

/** Gathers the list of an image that is being written. */
export interface ClusterList {
  readonly add: (marks: Uint8Array, place: Pick<KnownCluster, 'offsetBytes' | 'lengthBytes'>) => void;
  readonly write: (clustersFile: string) => void;
}

export function startClusterList(): ClusterList {
  const records: Buffer[] = [];
  return {
    add: (marks, { offsetBytes, lengthBytes }) => {
      const record = Buffer.alloc(recordBytes);
      record.set(marks);
      record.writeBigUInt64LE(BigInt(offsetBytes), 2 * markBytes);
      record.writeUInt32LE(lengthBytes, 2 * markBytes + 8);
      records.push(record);
    },
    write: (clustersFile) => writeFileSync(clustersFile, Buffer.concat(records), { mode: 0o600 }),
  };
}
