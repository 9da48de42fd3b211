import { constants, deflateRawSync, zstdCompressSync } from 'node:zlib';
import type { ClusterForm, Qcow2Compression } from './qcow2-image.ts';
import { clusterBytes } from './qcow2-image.ts';

/** A run of clusters as they go into the image: the form of each, and the bytes of all that are not zeros, one after the other. */
export interface PackedClusters {
  readonly forms: readonly ClusterForm[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const zeros = Buffer.alloc(clusterBytes);

/** Packs whole clusters; each on its own, so that the result does not depend on how the disk is cut into runs. */
export function packClusters(bytes: Buffer, compression: Qcow2Compression): PackedClusters {
  const forms: ClusterForm[] = [];
  const parts: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += clusterBytes) {
    const cluster = bytes.subarray(start, start + clusterBytes);
    if (cluster.equals(zeros)) {
      forms.push('zero');
      continue;
    }
    const smaller = compression === 'none' ? undefined : compress(cluster, compression);
    const isSmaller = smaller !== undefined && smaller.length < clusterBytes;
    forms.push(isSmaller ? { compressedBytes: smaller.length } : 'plain');
    parts.push(isSmaller ? smaller : cluster);
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return { forms, bytes: whole };
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
