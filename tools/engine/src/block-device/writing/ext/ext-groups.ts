import { BlockMap } from './block-map.ts';
import { crc32c, crc32cOfNumber } from './crc32c.ts';
import type { ExtDisk } from './ext-disk.ts';
import { blockBytes, hasSuperblock, type ExtGeometry } from './ext-geometry.ts';

/** Where a block group keeps what it knows. Block numbers. */
export interface ExtGroup {
  readonly descriptor: Buffer;
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodeTable: number;
}

/** The blocks that are taken before there is any file, and the groups. */
export interface ExtGroups {
  readonly groups: readonly ExtGroup[];
  readonly map: BlockMap;
}

const inodesNotMade = 0x1;
const blocksNotMade = 0x2;

/** Reads the group descriptors, and the bitmaps as far as they were written. */
export function readGroups(disk: ExtDisk, geometry: ExtGeometry): ExtGroups {
  const { descriptorBytes } = geometry;
  const table = disk.read(blockBytes, geometry.groups * descriptorBytes);
  const groups = Array.from({ length: geometry.groups }, (_, group) =>
    toGroup(table.subarray(group * descriptorBytes, (group + 1) * descriptorBytes)),
  );
  const map = new BlockMap(geometry.blocks);
  const tableBlocks = Math.ceil((geometry.inodesPerGroup * geometry.inodeBytes) / blockBytes);
  groups.forEach((group, index) => {
    map.mark(group.blockBitmap);
    map.mark(group.inodeBitmap);
    map.mark(group.inodeTable, tableBlocks);
    const isMade = (group.descriptor.readUInt16LE(0x12) & blocksNotMade) === 0;
    if (isMade) markFromBitmap(map, disk.read(group.blockBitmap * blockBytes, blockBytes), index, geometry);
    else if (hasSuperblock(index)) map.mark(index * geometry.blocksPerGroup, superblockBlocks(geometry));
  });
  return { groups, map };
}

function toGroup(descriptor: Buffer): ExtGroup {
  return {
    descriptor,
    blockBitmap: descriptor.readUInt32LE(0),
    inodeBitmap: descriptor.readUInt32LE(4),
    inodeTable: descriptor.readUInt32LE(8),
  };
}

function markFromBitmap(map: BlockMap, bitmap: Buffer, group: number, geometry: ExtGeometry): void {
  const first = group * geometry.blocksPerGroup;
  const count = Math.min(geometry.blocksPerGroup, geometry.blocks - first);
  for (let index = 0; index < count; index += 1) {
    if (((bitmap[index >> 3] ?? 0) >> (index & 7)) & 1) map.mark(first + index);
  }
}

/** The superblock, all descriptors, and what is kept for more of them. */
function superblockBlocks(geometry: ExtGeometry): number {
  const descriptors = Math.ceil((geometry.groups * geometry.descriptorBytes) / blockBytes);
  return 1 + descriptors + geometry.reservedDescriptorBlocks;
}

/** What a group holds in the end. */
export interface GroupUse {
  readonly usedInodes: number;
  readonly folders: number;
}

/** Writes all bitmaps, descriptors and counts, and returns how many blocks and inodes are free. */
export function writeGroups(
  disk: ExtDisk,
  geometry: ExtGeometry,
  { groups, map }: ExtGroups,
  useOf: (group: number) => GroupUse,
): { readonly freeBlocks: number; readonly freeInodes: number } {
  const { checksumSeed: seed, inodesPerGroup, blocksPerGroup } = geometry;
  const sum = { freeBlocks: 0, freeInodes: 0 };
  const sums = (bitmap: Buffer, bits: number) =>
    seed === undefined ? 0 : crc32c(seed, bitmap.subarray(0, bits / 8));
  groups.forEach((group, index) => {
    const { usedInodes, folders } = useOf(index);
    const first = index * blocksPerGroup;
    const end = Math.min(geometry.blocks, first + blocksPerGroup);
    const blockBitmap = bitmapOf(blocksPerGroup, (bit) => first + bit >= end || map.isTaken(first + bit));
    const inodeBitmap = bitmapOf(inodesPerGroup, (bit) => bit < usedInodes);
    disk.write(group.blockBitmap * blockBytes, blockBitmap);
    disk.write(group.inodeBitmap * blockBytes, inodeBitmap);
    const counts = {
      freeBlocks: map.countFree(first, end),
      freeInodes: inodesPerGroup - usedInodes,
      folders,
    };
    sum.freeBlocks += counts.freeBlocks;
    sum.freeInodes += counts.freeInodes;
    const checks = { blocks: sums(blockBitmap, blocksPerGroup), inodes: sums(inodeBitmap, inodesPerGroup) };
    writeDescriptor(group.descriptor, counts, checks);
    if (seed !== undefined) {
      group.descriptor.writeUInt16LE(0, 0x1e);
      const check = crc32c(crc32cOfNumber(seed, index), group.descriptor) & 0xffff;
      group.descriptor.writeUInt16LE(check, 0x1e);
    }
  });
  disk.write(blockBytes, Buffer.concat(groups.map(({ descriptor }) => descriptor)));
  return sum;
}

/** A block of bits; those behind the last are set. */
function bitmapOf(bits: number, isSet: (bit: number) => boolean): Buffer {
  const bytes = Buffer.alloc(blockBytes, 0xff);
  for (let at = 0; at < bits; at += 8) {
    let value = 0;
    for (let bit = 0; bit < 8; bit += 1) if (isSet(at + bit)) value |= 1 << bit;
    bytes[at >> 3] = value;
  }
  return bytes;
}

function writeDescriptor(
  descriptor: Buffer,
  counts: { readonly freeBlocks: number; readonly freeInodes: number; readonly folders: number },
  checks: { readonly blocks: number; readonly inodes: number },
): void {
  const pairs: readonly (readonly [low: number, high: number, value: number])[] = [
    [0x0c, 0x2c, counts.freeBlocks],
    [0x0e, 0x2e, counts.freeInodes],
    [0x10, 0x30, counts.folders],
    [0x18, 0x38, checks.blocks],
    [0x1a, 0x3a, checks.inodes],
    // Inodes at the end of the table that were never used.
    [0x1c, 0x32, counts.freeInodes],
  ];
  for (const [low, high, value] of pairs) {
    descriptor.writeUInt16LE(value & 0xffff, low);
    if (descriptor.length >= 64) descriptor.writeUInt16LE(value >>> 16, high);
  }
  const flags = descriptor.readUInt16LE(0x12);
  descriptor.writeUInt16LE(flags & ~(inodesNotMade | blocksNotMade), 0x12);
}
