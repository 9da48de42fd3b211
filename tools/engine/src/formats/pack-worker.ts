import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { clipDeferred, type DeferredData } from '../block-device/writing/deferred-data.ts';
import { InternalError } from '../util/internal-error.ts';
import { readFully } from '../util/whole-pieces.ts';
import { formOf, indexKnownClusters, markOf } from './known-clusters.ts';
import { type ClusterSource, packClusters, type PackedBefore } from './pack-clusters.ts';
import type { PackOrder, PackResult, PackSetup } from './pack-in-workers.ts';
import { clusterBytes } from './qcow2-image.ts';

/** A thread that packs runs of the disk, one order at a time; ends when the port closes. */
const port = parentPort;
if (port === null) throw new InternalError('this file is for worker threads');
const { diskFile, compression, layersByDevice, known: lists } = workerData as PackSetup;
const disk = openSync(diskFile, 'r');
const known = indexKnownClusters(lists);
const images = new Map(lists.map(({ imageFile }) => [imageFile, openSync(imageFile, 'r')] as const));
const buffer = Buffer.alloc(clusterBytes);

port.on('message', (order: PackOrder) => {
  const packed = packClusters(clustersOf(order), compression, findPacked);
  const result: PackResult = { run: order.run, ...packed };
  port.postMessage(result, [packed.bytes.buffer, packed.marks.buffer]);
});

function clustersOf({ offsetBytes, lengthBytes, readsDisk, deferred }: PackOrder): readonly ClusterSource[] {
  const sources: ClusterSource[] = [];
  let next = 0;
  for (let at = offsetBytes; at < offsetBytes + lengthBytes; at += clusterBytes) {
    const end = at + clusterBytes;
    const pieces: DeferredData[] = [];
    for (let piece = deferred[next]; piece !== undefined && piece.offsetBytes < end; piece = deferred[next]) {
      pieces.push(clipDeferred(piece, at, end));
      if (piece.offsetBytes + piece.lengthBytes > end) break;
      next += 1;
    }
    const diskBytes = readsDisk ? Math.min(clusterBytes, offsetBytes + lengthBytes - at) : 0;
    const origin = readsDisk ? undefined : originOf(pieces, at);
    sources.push({ origin, read: () => readCluster(at, diskBytes, pieces) });
  }
  return sources;
}

/** Equal where the same bytes of the same files of the same layers lie at the same places. */
function originOf(pieces: readonly DeferredData[], clusterAt: number): Buffer | undefined {
  const lines: string[] = [];
  for (const { identity, fileOffsetBytes, offsetBytes, lengthBytes } of pieces) {
    const [device = '', inode = ''] = identity.split(':');
    const layer = layersByDevice.get(device);
    if (layer === undefined) return undefined;
    lines.push(`${layer} ${inode} ${fileOffsetBytes} ${offsetBytes - clusterAt} ${lengthBytes}`);
  }
  return markOf(lines.join('\n'));
}

function readCluster(at: number, diskBytes: number, pieces: readonly DeferredData[]): Buffer {
  buffer.fill(0, diskBytes);
  readWhole(disk, buffer.subarray(0, diskBytes), { path: diskFile, offsetBytes: at });
  for (const { path, fileOffsetBytes, offsetBytes, lengthBytes } of pieces) {
    const start = offsetBytes - at;
    const bytes = buffer.subarray(start, start + lengthBytes);
    readWhole(openFile(path), bytes, { path, offsetBytes: fileOffsetBytes });
  }
  return buffer;
}

let opened: { readonly path: string; readonly file: number } | undefined;

/** Stays open until another one is asked for: a large file lies in many clusters. */
function openFile(path: string): number {
  if (opened?.path === path) return opened.file;
  if (opened !== undefined) closeSync(opened.file);
  opened = undefined;
  const file = openSync(Buffer.from(path, 'latin1'), 'r');
  opened = { path, file };
  return file;
}

function readWhole(
  file: number,
  bytes: Buffer,
  { path, offsetBytes }: { readonly path: string; readonly offsetBytes: number },
): void {
  const read = readFully(file, bytes, offsetBytes);
  if (read < bytes.length) throw new InternalError(`${path} ended at ${offsetBytes + read}`);
}

function findPacked(mark: Buffer): PackedBefore | undefined {
  const found = known.find(mark);
  const image = found === undefined ? undefined : images.get(found.imageFile);
  if (found === undefined || image === undefined) return undefined;
  const bytes = Buffer.allocUnsafe(found.lengthBytes);
  readWhole(image, bytes, { path: found.imageFile, offsetBytes: found.offsetBytes });
  return { form: formOf(found), content: found.content, bytes };
}
