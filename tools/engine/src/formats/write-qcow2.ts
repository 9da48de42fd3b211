import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { type DeferredData, readDeferred } from '../block-device/writing/deferred-data.ts';
import { type KnownClusters, markBytes, startClusterList } from './known-clusters.ts';
import { writeFully } from '../util/whole-pieces.ts';
import { findLayers, type TreeOrigin } from './find-layers.ts';
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
  /** In ascending order; what lies outside is known to be zeros (holes of a sparse file), or deferred. */
  readonly data: readonly DataRange[];
  /** List of data that is to be read elsewhere (`readDeferred`); null: the disk's file has all. */
  readonly deferredFile: string | null;
  /** The tree that deferred data lies in; null: where it comes from says nothing. */
  readonly origin: TreeOrigin | null;
  /** Images made before, by the same compression. They spare time, and change nothing. */
  readonly known: readonly KnownClusters[];
  /** Where to list the clusters of this image, for the next one; null: nowhere. */
  readonly clustersFile: string | null;
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
  const { diskFile, deferredFile, targetFile, compression, sizeBytes } = request;
  const { known, origin, clustersFile } = request;
  const image = createQcow2Image(sizeBytes, compression);
  const list = startClusterList();
  const deferred = deferredFile === null ? [] : readDeferred(deferredFile);
  const file = openSync(targetFile, 'w', 0o644);
  try {
    const layersByDevice = findLayers(deferred, origin);
    const setup = { diskFile, compression, known, layersByDevice };
    await packInWorkers(setup, planRuns({ ...request, deferred }), (order, { forms, bytes, marks }) => {
      const first = order.offsetBytes / clusterBytes;
      let start = 0;
      let marksAt = 0;
      let pending: Stretch | undefined;
      forms.forEach((form, index) => {
        const offsetBytes = image.place(first + index, form);
        if (offsetBytes === undefined) return;
        const lengthBytes = typeof form === 'string' ? clusterBytes : form.compressedBytes;
        list.add(marks.subarray(marksAt, marksAt + 2 * markBytes), { offsetBytes, lengthBytes });
        marksAt += 2 * markBytes;
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
      writeFully(file, bytes, offsetBytes);
      endBytes = Math.max(endBytes, offsetBytes + bytes.length);
    }
    ftruncateSync(file, endBytes);
    if (clustersFile !== null) list.write(clustersFile);
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

function writeStretch(file: number, bytes: Uint8Array, { start, end, offsetBytes }: Stretch): void {
  writeFully(file, bytes.subarray(start, end), offsetBytes);
}

/** What there is of a disk, in its file and elsewhere; both in ascending order. */
export interface DiskData extends Pick<Qcow2Request, 'data' | 'sizeBytes'> {
  readonly deferred: readonly DeferredData[];
}

/** Cuts what holds data into runs of whole clusters. */
export function planRuns({ data, deferred, sizeBytes }: DiskData): readonly PackOrder[] {
  const orders: PackOrder[] = [];
  const onDisk = overlapping(data);
  const elsewhere = overlapping(deferred);
  for (const { first, end } of clusterStretches([...data, ...deferred])) {
    for (let cluster = first; cluster < end; cluster += runClusters) {
      const offsetBytes = cluster * clusterBytes;
      const paddedBytes = Math.min(runClusters, end - cluster) * clusterBytes;
      const endBytes = offsetBytes + paddedBytes;
      orders.push({
        run: orders.length,
        offsetBytes,
        lengthBytes: Math.min(paddedBytes, sizeBytes - offsetBytes),
        paddedBytes,
        readsDisk: onDisk(offsetBytes, endBytes).length > 0,
        deferred: elsewhere(offsetBytes, endBytes),
      });
    }
  }
  return orders;
}

/** Whole clusters that hold data, ascending; `end` is the first that follows. */
function clusterStretches(ranges: readonly DataRange[]): readonly { first: number; end: number }[] {
  const stretches: { first: number; end: number }[] = [];
  for (const { offsetBytes, lengthBytes } of ranges.toSorted((a, b) => a.offsetBytes - b.offsetBytes)) {
    const first = Math.floor(offsetBytes / clusterBytes);
    const end = Math.ceil((offsetBytes + lengthBytes) / clusterBytes);
    const last = stretches.at(-1);
    if (last !== undefined && first <= last.end) last.end = Math.max(last.end, end);
    else stretches.push({ first, end });
  }
  return stretches;
}

/** Finds the ranges that have a part in a stretch; asked for one stretch after the other, in ascending order. */
function overlapping<R extends DataRange>(
  ranges: readonly R[],
): (start: number, end: number) => readonly R[] {
  let next = 0;
  return (start, end) => {
    const endOf = (range: R | undefined) =>
      range === undefined ? Infinity : range.offsetBytes + range.lengthBytes;
    while (endOf(ranges[next]) <= start) next += 1;
    let after = next;
    while ((ranges[after]?.offsetBytes ?? Infinity) < end) after += 1;
    return ranges.slice(next, after);
  };
}
