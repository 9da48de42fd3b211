import { closeSync, openSync, readFileSync } from 'node:fs';
import { isSparse } from '../../layout/measure-tree.ts';
import { readFully } from '../../../util/whole-pieces.ts';
import { appendDeferred, copyDeferred } from '../deferred-data.ts';
import { mostRuns } from './encode-extents.ts';
import { openExtDisk } from './ext-disk.ts';
import { blockBytes } from './ext-geometry.ts';
import { fillExt } from './fill-ext.ts';
import { parseListing } from './list-tree.ts';
import type { DataStretches } from './place-tree.ts';

/** What the program is asked, as JSON on its standard input. */
export interface ExtFillRequest {
  readonly diskFile: string;
  readonly offsetBytes: number;
  readonly epochSeconds: number;
  /** Output of `list_tree`. */
  readonly listingFile: string;
  /** Where the files of the listing can be read, as an absolute path without a slash at its end. */
  readonly folder: string;
  /** Where data is noted that is not copied; null: all is copied. */
  readonly deferredFile: string | null;
}

/** Status of the program where the filesystem has to be filled by other means; nothing was written. */
const notWrittenHere = 3;

/** As the packer of qcow2 images cuts the disk; files begin where such a piece does, where they can. */
const clusterBlocks = 16;

/** Files as large as that are read for zeros; smaller ones only where it shows that they are sparse. */
const largeBytes = 64 << 20;

/** A program of its own, so that a runner can start it where the tree can be read. */
const request = JSON.parse(readFileSync(0, 'utf8')) as ExtFillRequest;
const disk = openSync(request.diskFile, 'r+');
process.exitCode = fill(disk);
closeSync(disk);

function fill(file: number): number {
  const { offsetBytes, folder, deferredFile, epochSeconds } = request;
  const data = fillExt({
    disk: openExtDisk(file, offsetBytes),
    entries: parseListing(readFileSync(request.listingFile)),
    epochSeconds,
    dataOf: ({ path, sizeBytes, takenBytes }) =>
      sizeBytes >= largeBytes || isSparse(sizeBytes, takenBytes)
        ? findData(`${folder}/${path}`)
        : wholeFile(sizeBytes),
    // Where blocks do not begin with the disk's, none begins with a cluster.
    cluster: { blocks: clusterBlocks, firstBlock: Math.floor(offsetBytes / blockBytes) },
  });
  if (data === undefined) return notWrittenHere;
  const onDisk = data.map((piece) => ({
    ...piece,
    path: `${folder}/${piece.path}`,
    offsetBytes: offsetBytes + piece.offsetBytes,
  }));
  if (deferredFile === null) copyDeferred(file, onDisk);
  else appendDeferred(deferredFile, onDisk);
  return 0;
}

function wholeFile(sizeBytes: number): DataStretches {
  return sizeBytes === 0 ? [] : [{ fileBlock: 0, blocks: Math.ceil(sizeBytes / blockBytes) }];
}

/**
 * The stretches of a large file that are not zeros, cluster by cluster; by content, since file systems differ in what they tell of holes.
 * A file with very many is taken to have none behind the last.
 */
function findData(path: string): DataStretches {
  const file = openSync(Buffer.from(path, 'latin1'), 'r');
  const pieceBytes = clusterBlocks * blockBytes;
  const buffer = Buffer.allocUnsafe(pieceBytes);
  const zeros = Buffer.alloc(pieceBytes);
  const stretches: { fileBlock: number; blocks: number }[] = [];
  try {
    for (let at = 0; ; at += pieceBytes) {
      const read = readFully(file, buffer, at);
      const blocks = Math.ceil(read / blockBytes);
      const last = stretches.at(-1);
      const end = last === undefined ? 0 : last.fileBlock + last.blocks;
      if (zeros.subarray(0, read).equals(buffer.subarray(0, read))) {
        // A hole, or the end.
      } else if (last !== undefined && (end === at / blockBytes || stretches.length >= mostRuns / 2)) {
        last.blocks = at / blockBytes + blocks - last.fileBlock;
      } else {
        stretches.push({ fileBlock: at / blockBytes, blocks });
      }
      if (read < pieceBytes) return stretches;
    }
  } finally {
    closeSync(file);
  }
}
