import type { BlockRun } from './block-map.ts';
import { blockBytes } from './ext-geometry.ts';

const magic = 0xf30a;
const entryBytes = 12;
const inInode = 4;
/** Behind the header, and before the checksum. */
const perBlock = 340;

/** Most runs that a file may have here: four blocks of them. */
export const mostRuns = inInode * perBlock;

/** How many blocks of extents a file with so many runs needs beside its inode. */
export function extentBlocks(runs: number): number {
  return runs <= inInode ? 0 : Math.ceil(runs / perBlock);
}

/** A file's extents: what is in the inode (60 bytes), and blocks of their own. */
export interface EncodedExtents {
  readonly inode: Buffer;
  readonly blocks: readonly Buffer[];
}

/**
 * Encodes the extents of a file ("Extent Tree" of Linux's documentation of ext4).
 *
 * @param blocks where the blocks of extents go: as many as `extentBlocks` says.
 * @param checksum of such a block without its last four bytes; undefined where the filesystem has none.
 */
export function encodeExtents(
  runs: readonly BlockRun[],
  blocks: readonly number[],
  checksum: ((bytes: Uint8Array) => number) | undefined,
): EncodedExtents {
  const inode = Buffer.alloc(60);
  if (blocks.length === 0) {
    writeHeader(inode, { entries: runs.length, most: inInode, depth: 0 });
    writeRuns(inode, runs);
    return { inode, blocks: [] };
  }
  const parts = blocks.map((_, index) => runs.slice(index * perBlock, (index + 1) * perBlock));
  writeHeader(inode, { entries: blocks.length, most: inInode, depth: 1 });
  blocks.forEach((block, index) => {
    const at = entryBytes * (index + 1);
    inode.writeUInt32LE(parts[index]?.[0]?.fileBlock ?? 0, at);
    inode.writeUInt32LE(block, at + 4);
  });
  const encoded = parts.map((part) => {
    const bytes = Buffer.alloc(blockBytes);
    writeHeader(bytes, { entries: part.length, most: perBlock, depth: 0 });
    writeRuns(bytes, part);
    if (checksum !== undefined) bytes.writeUInt32LE(checksum(bytes.subarray(0, -4)), blockBytes - 4);
    return bytes;
  });
  return { inode, blocks: encoded };
}

interface Header {
  readonly entries: number;
  readonly most: number;
  readonly depth: number;
}

function writeHeader(bytes: Buffer, { entries, most, depth }: Header): void {
  bytes.writeUInt16LE(magic, 0);
  bytes.writeUInt16LE(entries, 2);
  bytes.writeUInt16LE(most, 4);
  bytes.writeUInt16LE(depth, 6);
}

function writeRuns(bytes: Buffer, runs: readonly BlockRun[]): void {
  runs.forEach(({ fileBlock, block, blocks }, index) => {
    const at = entryBytes * (index + 1);
    bytes.writeUInt32LE(fileBlock, at);
    bytes.writeUInt16LE(blocks, at + 4);
    bytes.writeUInt32LE(block, at + 8);
  });
}
