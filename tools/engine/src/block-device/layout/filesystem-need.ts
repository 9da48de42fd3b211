import type { FilesystemType } from '../disk-layout.ts';
import { optionValue } from '../configuration/mkfs-options.ts';

/** How much a tree takes: bytes in whole 4 KiB blocks, and the number of files, directories and links. */
export interface TreeSize {
  readonly bytes: number;
  readonly inodes: number;
}

const blockBytes = 4096;
const inodeBytes = 256;
const groupBytes = blockBytes * 8 * blockBytes;
const mebibyte = 2 ** 20;

/** Below this size the mkfs tool refuses. */
const leastBytes: Readonly<Record<'xfs' | 'btrfs' | 'vfat' | 'swap', number>> = {
  xfs: 300 * mebibyte,
  btrfs: 128 * mebibyte,
  vfat: 0,
  swap: 0,
};

export interface FilesystemShape {
  readonly type: FilesystemType;
  readonly sizeBytes: number;
  readonly options: readonly string[];
}

/**
 * The least size that a filesystem must have to hold a tree: the tree and the filesystem's own structures.
 *
 * Never more than is really needed, so that no size that works is refused; what it misses shows when the
 * filesystem is made. For ext* close to the truth (source: the Linux kernel's documentation of ext4's layout), for others the tree or what the tool wants at least.
 */
export function neededFilesystemBytes(shape: FilesystemShape, tree: TreeSize): number {
  if (shape.type !== 'ext2' && shape.type !== 'ext3' && shape.type !== 'ext4') {
    return Math.max(tree.bytes, leastBytes[shape.type]);
  }
  const groups = Math.ceil(shape.sizeBytes / groupBytes);
  const descriptorBlocks = Math.ceil((groups * 64) / blockBytes) + Math.min(1024, groups * 16);
  const ownBytes =
    inodeCount(shape) * inodeBytes +
    journalBytes(shape) +
    groups * 2 * blockBytes +
    backupGroups(groups) * descriptorBlocks * blockBytes;
  const bytesForInodes = (tree.inodes * shape.sizeBytes) / Math.max(1, inodeCount(shape));
  // mke2fs refuses a journal that would take more than half of the free blocks.
  return Math.max(tree.bytes + ownBytes, ownBytes + journalBytes(shape) + mebibyte, bytesForInodes);
}

function inodeCount({ sizeBytes, options }: FilesystemShape): number {
  const count = Number(optionValue(options, '-N') ?? Number.NaN);
  if (count > 0) return count;
  const ratio = Number(optionValue(options, '-i') ?? Number.NaN);
  return Math.floor(sizeBytes / (ratio > 0 ? ratio : 16384));
}

/** What mke2fs chooses by itself for small disks is left out, being small. */
function journalBytes({ type, options }: FilesystemShape): number {
  const wanted = /(?:^|,)size=(\d+)/.exec(optionValue(options, '-J') ?? '')?.[1];
  return type === 'ext2' || wanted === undefined ? 0 : Number(wanted) * mebibyte;
}

/** Groups 0, 1 and the powers of 3, 5 and 7 hold copies of the group descriptors (`sparse_super`). */
function backupGroups(groups: number): number {
  const copies = new Set([0, 1]);
  for (const base of [3, 5, 7]) {
    for (let power = base; power < groups; power *= base) copies.add(power);
  }
  return [...copies].filter((group) => group < groups).length;
}
