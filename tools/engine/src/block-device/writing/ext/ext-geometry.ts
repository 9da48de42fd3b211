/** What decides where things lie in an ext4 filesystem, as its superblock says (Linux, Documentation/filesystems/ext4). */
export interface ExtGeometry {
  readonly blocks: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly groups: number;
  readonly inodeBytes: number;
  readonly descriptorBytes: 32 | 64;
  /** Blocks behind the descriptors that are kept for more of them; wherever there is a copy of the superblock. */
  readonly reservedDescriptorBlocks: number;
  /** First inode that is free for anything. */
  readonly firstInode: number;
  /** What checksums start from; undefined where the filesystem has none. */
  readonly checksumSeed: number | undefined;
}

/** The only block size that is written here, and by far the most usual one. */
export const blockBytes = 4096;

/** 256 GiB: a byte of memory is kept for each block. */
const mostBlocks = 2 ** 26;

const needed = { filetype: 0x2, extents: 0x40 } as const;
/** Also: 64bit, flex_bg, csum_seed. */
const knownIncompatible = needed.filetype | needed.extents | 0x80 | 0x200 | 0x2000;
const checksumSeedStored = 0x2000;
/** has_journal, ext_attr, resize_inode, dir_index. */
const knownCompatible = 0x4 | 0x8 | 0x10 | 0x20;
/** sparse_super, large_file, huge_file, dir_nlink, extra_isize, metadata_csum. */
const knownReadOnly = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x400;
const sparseSuper = 0x1;
const metadataChecksum = 0x400;

/**
 * Reads the superblock (1024 bytes) of a filesystem that is empty yet.
 *
 * @param crc of the UUID: what checksums start from, unless the superblock has the number itself.
 * @returns undefined where it has features or sizes that are not written here.
 */
export function readGeometry(superblock: Buffer, crc: (uuid: Uint8Array) => number): ExtGeometry | undefined {
  const [compatible, incompatible, readOnly] = [0x5c, 0x60, 0x64].map((at) => superblock.readUInt32LE(at));
  if (compatible === undefined || incompatible === undefined || readOnly === undefined) return undefined;
  const isKnown =
    (compatible & ~knownCompatible) === 0 &&
    (incompatible & ~knownIncompatible) === 0 &&
    (readOnly & ~knownReadOnly) === 0 &&
    (incompatible & needed.filetype) !== 0 &&
    (incompatible & needed.extents) !== 0 &&
    (readOnly & sparseSuper) !== 0;
  const inodeBytes = superblock.readUInt16LE(0x58);
  if (!isKnown || superblock.readUInt32LE(0x18) !== 2 || inodeBytes < 256) return undefined;
  const blocks = superblock.readUInt32LE(0x4);
  if (blocks > mostBlocks || superblock.readUInt32LE(0x150) !== 0) return undefined;
  const blocksPerGroup = superblock.readUInt32LE(0x20);
  const hasChecksums = (readOnly & metadataChecksum) !== 0;
  const storesSeed = (incompatible & checksumSeedStored) !== 0;
  const seed = () => (storesSeed ? superblock.readUInt32LE(0x270) : crc(superblock.subarray(0x68, 0x78)));
  return {
    blocks,
    blocksPerGroup,
    inodesPerGroup: superblock.readUInt32LE(0x28),
    groups: Math.ceil(blocks / blocksPerGroup),
    inodeBytes,
    descriptorBytes: (incompatible & 0x80) === 0 ? 32 : 64,
    reservedDescriptorBlocks: superblock.readUInt16LE(0xce),
    firstInode: superblock.readUInt32LE(0x54),
    checksumSeed: hasChecksums ? seed() : undefined,
  };
}

/** Whether a block group begins with a copy of the superblock (sparse_super): 0, 1 and the powers of 3, 5 and 7. */
export function hasSuperblock(group: number): boolean {
  return group < 2 || [3, 5, 7].some((base) => isPower(group, base));
}

function isPower(value: number, base: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}
