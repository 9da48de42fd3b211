import { attributeRoom, encodeDevice, encodeInode, type InodeFields } from './encode-inode.ts';
import { encodeDirectory } from './encode-directory.ts';
import { encodeExtents } from './encode-extents.ts';
import type { BlockRun } from './block-map.ts';
import { crc32c, crc32cOfNumber } from './crc32c.ts';
import type { ExtDisk } from './ext-disk.ts';
import { blockBytes, readGeometry, type ExtGeometry } from './ext-geometry.ts';
import { readGroups, writeGroups } from './ext-groups.ts';
import type { ListedEntry } from './list-tree.ts';
import { placeTree, type PlacedTree, type TreePlacing } from './place-tree.ts';
import { lostAndFound, numberTree, type FolderBefore, type TreeNode } from './tree-nodes.ts';

/** A filesystem that mke2fs just made, and the tree that it is to hold. */
export interface ExtFilling {
  readonly disk: ExtDisk;
  /** Folders before what is in them, the top first. */
  readonly entries: readonly ListedEntry[];
  readonly epochSeconds: number;
  /** Where a file holds anything. */
  readonly dataOf: TreePlacing['dataOf'];
  readonly cluster: TreePlacing['cluster'];
}

/** A run of a file's bytes that belongs to the filesystem and is not written yet. */
export interface FileData {
  /** Of the file, from the top of the tree; bytes, a character each. */
  readonly path: string;
  /** `<device>:<inode>`. */
  readonly identity: string;
  readonly fileOffsetBytes: number;
  /** From the start of the filesystem. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

const superblockAt = 1024;
const topInode = 2;

/**
 * Fills an empty ext4 filesystem with a tree: all of it but the data of files, of which it tells where it belongs.
 *
 * Where things lie is decided by the tree and the sizes of the filesystem alone. The journal, the copies of the superblock and whatever else
 * an option of mke2fs asks for stay as they are.
 *
 * @returns undefined, with nothing written, where the filesystem has features, or the tree attributes, that are not written here.
 * Throws NoBlockLeft, NoInodeLeft.
 */
export function fillExt(filling: ExtFilling): readonly FileData[] | undefined {
  const { disk, epochSeconds } = filling;
  const superblock = disk.read(superblockAt, 1024);
  const geometry = readGeometry(superblock, (uuid) => crc32c(~0, uuid));
  if (geometry === undefined) return undefined;
  const { inodeBytes, firstInode } = geometry;
  const found = readGroups(disk, geometry);
  const tableAt = (found.groups[0]?.inodeTable ?? 0) * blockBytes;
  const folderBefore = (inode: number): FolderBefore => ({
    inode,
    blocks: readRuns(disk.read(tableAt + (inode - 1) * inodeBytes + 40, 60)),
  });
  const nodes = numberTree(filling.entries, {
    foldersBefore: new Map([
      ['', folderBefore(topInode)],
      [lostAndFound, folderBefore(firstInode)],
    ]),
    firstFreeInode: firstInode + 1,
    attributeRoom: attributeRoom(inodeBytes),
    epochSeconds,
  });
  if (nodes === undefined) return undefined;
  const lastInode = nodes.at(-1)?.inode ?? firstInode;
  if (lastInode > geometry.inodesPerGroup * geometry.groups) throw new NoInodeLeft();
  const hasChecksums = geometry.checksumSeed !== undefined;
  const placed = placeTree({ ...filling, nodes, map: found.map, hasChecksums });
  writeNodes({
    disk,
    geometry,
    nodes,
    placed,
    epochSeconds,
    tables: found.groups.map((it) => it.inodeTable),
  });
  const free = writeGroups(disk, geometry, found, countUse(nodes, geometry));
  writeSuperblock(disk, superblock, { ...free, hasChecksums });
  return nodes.flatMap((node) =>
    node.kind === 'file' ? dataOf(node.entry, placed.runs.get(node) ?? []) : [],
  );
}

/** The filesystem was made with too few inodes for the tree. Worded as mke2fs does it. */
class NoInodeLeft extends Error {
  constructor() {
    super('could not allocate an inode');
  }
}

/** Extents of an inode that has no blocks of them. */
function readRuns(content: Buffer): readonly BlockRun[] {
  return Array.from({ length: content.readUInt16LE(2) }, (_, index) => {
    const at = 12 * (index + 1);
    return {
      fileBlock: content.readUInt32LE(at),
      blocks: content.readUInt16LE(at + 4),
      block: content.readUInt32LE(at + 8),
    };
  });
}

function dataOf({ path, identity, sizeBytes }: ListedEntry, runs: readonly BlockRun[]): readonly FileData[] {
  return runs.map(({ fileBlock, block, blocks }) => ({
    path,
    identity,
    fileOffsetBytes: fileBlock * blockBytes,
    offsetBytes: block * blockBytes,
    lengthBytes: Math.min(blocks * blockBytes, sizeBytes - fileBlock * blockBytes),
  }));
}

interface NodeWriting {
  readonly disk: ExtDisk;
  readonly geometry: ExtGeometry;
  readonly nodes: readonly TreeNode[];
  readonly placed: PlacedTree;
  readonly epochSeconds: number;
  /** First block of each group's inode table. */
  readonly tables: readonly number[];
}

function writeNodes(writing: NodeWriting): void {
  const { disk, geometry, nodes, tables } = writing;
  const { inodesPerGroup, inodeBytes } = geometry;
  const inGroup = Map.groupBy(nodes, ({ inode }) => Math.floor((inode - 1) / inodesPerGroup));
  for (const [group, members] of inGroup) {
    const first = group * inodesPerGroup + 1;
    const last = members.at(-1)?.inode ?? first;
    const at = (tables[group] ?? 0) * blockBytes;
    const table = disk.read(at, (last - first + 1) * inodeBytes);
    for (const node of members) {
      const start = (node.inode - first) * inodeBytes;
      const checksum = checksumOf(node, geometry);
      encodeInode(table.subarray(start, start + inodeBytes), writeNode(node, writing, checksum), checksum);
    }
    disk.write(at, table);
  }
}

type Checksum = ((bytes: Uint8Array) => number) | undefined;

/** What belongs to an inode is summed with its number and its generation, which is 0. */
function checksumOf({ inode }: TreeNode, { checksumSeed }: ExtGeometry): Checksum {
  if (checksumSeed === undefined) return undefined;
  const start = crc32cOfNumber(crc32cOfNumber(checksumSeed, inode), 0);
  return (bytes) => crc32c(start, bytes);
}

/** Writes what a node has beside its inode, and tells what the inode is to hold. */
function writeNode(node: TreeNode, writing: NodeWriting, checksum: Checksum): InodeFields {
  const { disk, geometry, placed, epochSeconds } = writing;
  const { entry, kind, attributes } = node;
  const runs = placed.runs.get(node);
  const extentsAt = placed.extentBlocks.get(node) ?? [];
  const taken = runs?.reduce((sum, { blocks }) => sum + blocks, 0) ?? 0;
  if (kind === 'folder') writeRuns(disk, runs ?? [], encodeDirectory(node.names, taken, checksum));
  else if (kind === 'link') writeRuns(disk, runs ?? [], Buffer.from(entry.target, 'latin1'));
  const attributeBlock = placed.attributeBlocks.get(node) ?? 0;
  if (attributes.place === 'block') {
    const sealed = sealAttributes(attributes.bytes, attributeBlock, geometry.checksumSeed);
    disk.write(attributeBlock * blockBytes, sealed);
  }
  const extents = runs === undefined ? undefined : encodeExtents(runs, extentsAt, checksum);
  extents?.blocks.forEach((bytes, index) => disk.write((extentsAt[index] ?? 0) * blockBytes, bytes));
  return {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    links: node.links,
    seconds: entry.modifiedSeconds,
    bornSeconds: epochSeconds,
    sizeBytes: sizeOf(node, taken),
    blocks: taken + extentsAt.length + (attributeBlock === 0 ? 0 : 1),
    content: extents?.inode ?? contentOf(node),
    hasExtents: extents !== undefined,
    attributeBlock,
    attributes: attributes.place === 'inode' ? attributes.bytes : undefined,
  };
}

function sizeOf({ kind, entry }: TreeNode, blocks: number): number {
  if (kind === 'folder') return blocks * blockBytes;
  if (kind === 'link') return entry.target.length;
  return kind === 'file' ? entry.sizeBytes : 0;
}

const noContent = Buffer.alloc(0);

function contentOf({ kind, entry }: TreeNode): Buffer {
  if (kind === 'link') return Buffer.from(entry.target, 'latin1');
  return kind === 'device' ? encodeDevice(entry.device) : noContent;
}

/** Contents begin at the first run. */
function writeRuns(disk: ExtDisk, runs: readonly BlockRun[], bytes: Buffer): void {
  for (const { fileBlock, block, blocks } of runs) {
    disk.write(block * blockBytes, bytes.subarray(fileBlock * blockBytes, (fileBlock + blocks) * blockBytes));
  }
}

/** A block of attributes is summed with its own number, 64 bits of it. */
function sealAttributes(bytes: Buffer, block: number, seed: number | undefined): Buffer {
  if (seed === undefined) return bytes;
  bytes.writeUInt32LE(0, 16);
  bytes.writeUInt32LE(crc32c(crc32cOfNumber(crc32cOfNumber(seed, block), 0), bytes), 16);
  return bytes;
}

function countUse(nodes: readonly TreeNode[], { inodesPerGroup }: ExtGeometry) {
  const last = nodes.at(-1)?.inode ?? 0;
  const folders = Map.groupBy(
    nodes.filter(({ kind }) => kind === 'folder'),
    ({ inode }) => Math.floor((inode - 1) / inodesPerGroup),
  );
  return (group: number) => ({
    usedInodes: Math.min(inodesPerGroup, Math.max(0, last - group * inodesPerGroup)),
    folders: folders.get(group)?.length ?? 0,
  });
}

function writeSuperblock(
  disk: ExtDisk,
  superblock: Buffer,
  free: { readonly freeBlocks: number; readonly freeInodes: number; readonly hasChecksums: boolean },
): void {
  superblock.writeUInt32LE(free.freeBlocks, 0x0c);
  superblock.writeUInt32LE(free.freeInodes, 0x10);
  if (free.hasChecksums) superblock.writeUInt32LE(crc32c(~0, superblock.subarray(0, 0x3fc)), 0x3fc);
  disk.write(superblockAt, superblock);
}
