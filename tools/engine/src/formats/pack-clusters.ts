import { constants, deflateRawSync, zstdCompressSync } from 'node:zlib';
import { type ClusterMarks, joinMarks, markOf } from './known-clusters.ts';
import type { ClusterForm, Qcow2Compression } from './qcow2-image.ts';
import { clusterBytes } from './qcow2-image.ts';

/** A cluster of the disk that is to be packed. */
export interface ClusterSource {
  /** See `ClusterMarks`. */
  readonly origin: Buffer | undefined;
  /** Of `clusterBytes`; good until the next one is read. */
  readonly read: () => Buffer;
}

/** Clusters as they go into the image: the form of each, and of all that are not zeros the bytes and the marks, one after the other. */
export interface PackedClusters {
  readonly forms: readonly ClusterForm[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly marks: Uint8Array<ArrayBuffer>;
}

/** A cluster that was packed before. */
export interface PackedBefore {
  readonly form: ClusterForm;
  readonly content: Buffer;
  readonly bytes: Uint8Array;
}

const zeros = Buffer.alloc(clusterBytes);

/**
 * Packs whole clusters; each on its own, so that the result does not depend on how the disk is cut into runs.
 *
 * @param findPacked what an equal cluster became by the same compression, by one of its marks. A cluster whose origin is known is not even read.
 */
export function packClusters(
  clusters: readonly ClusterSource[],
  compression: Qcow2Compression,
  findPacked: (mark: Buffer) => PackedBefore | undefined = () => undefined,
): PackedClusters {
  const forms: ClusterForm[] = [];
  const parts: Uint8Array[] = [];
  const marks: Uint8Array[] = [];
  const add = (form: ClusterForm, bytes: Uint8Array, marked: ClusterMarks) => {
    forms.push(form);
    parts.push(bytes);
    marks.push(joinMarks(marked));
  };
  for (const { origin, read } of clusters) {
    const sameOrigin = origin === undefined ? undefined : findPacked(origin);
    if (sameOrigin !== undefined) {
      add(sameOrigin.form, sameOrigin.bytes, { content: sameOrigin.content, origin });
      continue;
    }
    const cluster = read();
    if (cluster.equals(zeros)) {
      forms.push('zero');
      continue;
    }
    const content = markOf(cluster);
    const { form, bytes } = findPacked(content) ?? packCluster(cluster, compression);
    add(form, bytes, { content, origin });
  }
  return { forms, bytes: joined(parts), marks: joined(marks) };
}

function packCluster(cluster: Buffer, compression: Qcow2Compression): Pick<PackedBefore, 'form' | 'bytes'> {
  const smaller = compression === 'none' ? undefined : compress(cluster, compression);
  return smaller !== undefined && smaller.length < clusterBytes
    ? { form: { compressedBytes: smaller.length }, bytes: smaller }
    : { form: 'plain', bytes: Uint8Array.from(cluster) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/** For keys: what the packed bytes depend on beside the cluster. The libraries are Node's own. */
export function packedBy(compression: Qcow2Compression): string {
  return compression === 'none' ? compression : `${compression} ${process.versions[compression]}`;
}

/** As qemu-img does it: zstd's usual level; raw deflate with a window of 4 KiB, which is all that QEMU's reader keeps. */
function compress(cluster: Buffer, compression: 'zstd' | 'zlib'): Buffer {
  if (compression === 'zlib') {
    return deflateRawSync(cluster, { windowBits: 12, memLevel: 9, chunkSize: clusterBytes + 1024 });
  }
  return zstdCompressSync(cluster, {
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
    chunkSize: clusterBytes + 1024,
    // Or each cluster is given tables that are larger than itself.
    pledgedSrcSize: clusterBytes,
  });
}
