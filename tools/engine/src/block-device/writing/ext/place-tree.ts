import { crc32 } from 'node:zlib';
import { NoBlockLeft, type BlockMap, type BlockRun } from './block-map.ts';
import { directoryBlocks } from './encode-directory.ts';
import { extentBlocks } from './encode-extents.ts';
import { blockBytes } from './ext-geometry.ts';
import type { ListedEntry } from './list-tree.ts';
import type { TreeNode } from './tree-nodes.ts';

/** Where everything of the tree lies on the filesystem, by node. */
export interface PlacedTree {
  /** Blocks of folders, of long links, and of files. */
  readonly runs: ReadonlyMap<TreeNode, readonly BlockRun[]>;
  readonly attributeBlocks: ReadonlyMap<TreeNode, number>;
  readonly extentBlocks: ReadonlyMap<TreeNode, readonly number[]>;
}

/** Stretches of a file that hold anything, in blocks of the file. */
export type DataStretches = readonly { readonly fileBlock: number; readonly blocks: number }[];

export interface TreePlacing {
  readonly nodes: readonly TreeNode[];
  /** Changed: what is given out is marked. */
  readonly map: BlockMap;
  readonly hasChecksums: boolean;
  readonly dataOf: (entry: ListedEntry) => DataStretches;
  /** A cluster of the disk image, in blocks, and where the first block of the filesystem lies in one. */
  readonly cluster: { readonly blocks: number; readonly firstBlock: number };
}

/** About every so manieth file begins a cluster. */
const filesPerBin = 32;
/** A file of at least as many blocks does, too. */
const largeBlocks = 256;

/**
 * Gives everything its blocks: first folders, links and attributes, which change with any inode number, then the files in the order of
 * their paths.
 *
 * Files are laid into bins that begin with a cluster of the disk image. Where a bin begins is decided by a file's path and size alone, so a
 * file that is new or grows moves what is in its bin, and the clusters of all others keep their content, wherever they come to lie. What that
 * leaves empty is a few per cent; a filesystem too tight for it is filled without gaps.
 *
 * Throws NoBlockLeft.
 */
export function placeTree(placing: TreePlacing): PlacedTree {
  const { nodes, map } = placing;
  const runs = new Map<TreeNode, readonly BlockRun[]>();
  const attributeBlocks = new Map<TreeNode, number>();
  for (const node of nodes) {
    if (node.kind === 'folder') runs.set(node, placeFolder(node, placing));
    else if (node.kind === 'link' && node.entry.target.length > 59) runs.set(node, map.take(0, 1));
    if (node.attributes.place === 'block') attributeBlocks.set(node, takeOne(map));
  }
  for (const [node, placed] of placeFiles(placing)) runs.set(node, placed);
  map.rewind();
  const extents = new Map<TreeNode, readonly number[]>();
  for (const [node, placed] of runs) {
    const count = extentBlocks(placed.length);
    if (count > 0)
      extents.set(
        node,
        Array.from({ length: count }, () => takeOne(map)),
      );
  }
  return { runs, attributeBlocks, extentBlocks: extents };
}

function placeFolder(node: TreeNode, { map, hasChecksums }: TreePlacing): readonly BlockRun[] {
  const has = node.blocksBefore.reduce((sum, { blocks }) => sum + blocks, 0);
  const more = Math.max(0, directoryBlocks(node.names, hasChecksums) - has);
  return [...node.blocksBefore, ...map.take(has, more)];
}

function takeOne(map: BlockMap): number {
  const [run] = map.take(0, 1);
  if (run === undefined) throw new NoBlockLeft();
  return run.block;
}

function placeFiles(placing: TreePlacing): ReadonlyMap<TreeNode, readonly BlockRun[]> {
  const { map, nodes, dataOf } = placing;
  const files = nodes
    .filter(({ kind }) => kind === 'file')
    .map((node) => [node, dataOf(node.entry)] as const);
  return map.attempt(() => placeInBins(files, placing)) ?? placeWithoutGaps(files, map);
}

type FileData = readonly [file: TreeNode, stretches: DataStretches];

function placeWithoutGaps(
  files: readonly FileData[],
  map: BlockMap,
): ReadonlyMap<TreeNode, readonly BlockRun[]> {
  const place = (stretches: DataStretches) =>
    stretches.flatMap(({ fileBlock, blocks }) => map.take(fileBlock, blocks));
  return new Map(files.map(([file, stretches]) => [file, place(stretches)]));
}

function placeInBins(
  files: readonly FileData[],
  { map, cluster }: TreePlacing,
): ReadonlyMap<TreeNode, readonly BlockRun[]> {
  const placed = new Map<TreeNode, readonly BlockRun[]>();
  const alignTo = (fileBlock: number) => map.align(cluster.blocks, fileBlock - cluster.firstBlock);
  alignTo(0);
  for (const [file, stretches] of files) {
    const isLarge = file.entry.sizeBytes >= largeBlocks * blockBytes;
    if (isLarge || crc32(file.entry.path) % filesPerBin === 0) alignTo(0);
    const runs = stretches.flatMap(({ fileBlock, blocks }, index) => {
      if (index > 0) alignTo(fileBlock);
      return map.take(fileBlock, blocks, cluster.blocks);
    });
    placed.set(file, runs);
  }
  return placed;
}
