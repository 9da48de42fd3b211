import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { packInWorkers } from './pack-in-workers.ts';
import type { PackOrder } from './pack-in-workers.ts';
import type { Qcow2Compression } from './qcow2-image.ts';
import { clusterBytes, createQcow2Image } from './qcow2-image.ts';

/** A stretch of the disk that may hold something other than zeros. */
export interface DataRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export interface Qcow2Request {
  readonly diskFile: string;
  readonly sizeBytes: number;
  /** Made anew. */
  readonly targetFile: string;
  readonly compression: Qcow2Compression;
  /** In ascending order; what lies outside is known to be zeros (holes of a sparse file). */
  readonly data: readonly DataRange[];
}

/** 1 MiB a run: large enough that handing it over costs nothing. */
const runClusters = 16;

/**
 * Writes a qcow2 image of a raw disk on all cores. The bytes depend on the disk's contents and the compression only: not on the number
 * of cores, on where the disk's file has holes, or on the version of QEMU (that of zstd is Node's own).
 *
 * Throws what the file system throws.
 */
export async function writeQcow2(request: Qcow2Request): Promise<void> {
  const { diskFile, targetFile, compression, sizeBytes } = request;
  const image = createQcow2Image(sizeBytes, compression);
  const file = openSync(targetFile, 'w', 0o644);
  try {
    await packInWorkers({ diskFile, compression }, planRuns(request), (order, { forms, bytes }) => {
      const first = order.offsetBytes / clusterBytes;
      let start = 0;
      let pending: Stretch | undefined;
      forms.forEach((form, index) => {
        const offsetBytes = image.place(first + index, form);
        if (offsetBytes === undefined) return;
        const lengthBytes = typeof form === 'string' ? clusterBytes : form.compressedBytes;
        const part = { offsetBytes, start, end: start + lengthBytes };
        start = part.end;
        const joined = pending === undefined ? undefined : join(pending, part);
        if (pending !== undefined && joined === undefined) writeStretch(file, bytes, pending);
        pending = joined ?? part;
      });
      if (pending !== undefined) writeStretch(file, bytes, pending);
    });
    let endBytes = 0;
    for (const { offsetBytes, bytes } of image.finish()) {
      writeStretch(file, bytes, { offsetBytes, start: 0, end: bytes.length });
      endBytes = Math.max(endBytes, offsetBytes + bytes.length);
    }
    ftruncateSync(file, endBytes);
  } finally {
    closeSync(file);
  }
}

/** Bytes `start` to `end` of a packed run, and where they go in the image. */
interface Stretch {
  readonly offsetBytes: number;
  readonly start: number;
  readonly end: number;
}

/** Both in one, where the second follows on the first. */
function join(left: Stretch, right: Stretch): Stretch | undefined {
  return left.offsetBytes + (left.end - left.start) === right.offsetBytes
    ? { ...left, end: right.end }
    : undefined;
}

function writeStretch(file: number, bytes: Uint8Array, stretch: Stretch): void {
  for (let done = stretch.start; done < stretch.end;) {
    done += writeSync(file, bytes, done, stretch.end - done, stretch.offsetBytes + done - stretch.start);
  }
}

/** Cuts the stretches with data into runs of whole clusters; a cluster that two stretches share goes into one run. */
export function planRuns({
  data,
  sizeBytes,
}: Pick<Qcow2Request, 'data' | 'sizeBytes'>): readonly PackOrder[] {
  const orders: PackOrder[] = [];
  let nextCluster = 0;
  for (const { offsetBytes, lengthBytes } of data) {
    const last = Math.ceil((offsetBytes + lengthBytes) / clusterBytes);
    nextCluster = Math.max(nextCluster, Math.floor(offsetBytes / clusterBytes));
    while (nextCluster < last) {
      const clusters = Math.min(runClusters, last - nextCluster);
      const start = nextCluster * clusterBytes;
      orders.push({
        run: orders.length,
        offsetBytes: start,
        lengthBytes: Math.min(clusters * clusterBytes, sizeBytes - start),
        paddedBytes: clusters * clusterBytes,
      });
      nextCluster += clusters;
    }
  }
  return orders;
}
