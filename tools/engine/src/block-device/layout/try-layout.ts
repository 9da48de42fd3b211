import type { Failure } from '../../diagnostics/failure.ts';
import type { BlockDeviceGraph } from '../block-device-graph.ts';
import type { DiskLayout, DiskSegment, Filesystem, PartitionTable, VolumeGroup } from '../disk-layout.ts';
import type { TreeSize } from './filesystem-need.ts';
import { neededFilesystemBytes } from './filesystem-need.ts';
import { fixedNode, groupShare, growthShare } from './growth-share.ts';
import type { PlacelessFilesystem } from './plan-filesystem.ts';
import { planPartitions, roundDown } from './plan-partitions.ts';
import { planVolumeGroup, segmentsOfVolume } from './plan-volume-group.ts';

const mebibyte = 2 ** 20;
const blockBytes = 4096;

/** The tree and the configuration, without a size of the disk. */
export interface LayoutRequest {
  readonly graph: BlockDeviceGraph;
  readonly treeBytes: number;
  readonly treeInodes: number;
  readonly subtrees?: ReadonlyMap<string, TreeSize> | undefined;
  readonly seed: string;
}

/** A layout, or how far a disk of that size is from one. */
export interface Attempt {
  readonly layout: DiskLayout | undefined;
  /** How much larger the disk would have to be, at least; 0 where that would not help. */
  readonly missingBytes: number;
  readonly failure?: Failure;
}

/** Lays the disk out at one size: partitions, volumes in them, filesystems in either. Pure. */
export function tryLayout(
  request: LayoutRequest,
  placeless: readonly PlacelessFilesystem[],
  sizeBytes: number,
): Attempt {
  const { graph, seed } = request;
  const { sectorBytes } = graph.disk;
  let table: PartitionTable | undefined;
  if (graph.table !== undefined) {
    const plan = planPartitions({ table: graph.table, sizeBytes, sectorBytes, seed });
    if (!plan.ok) return lacking(Math.max(plan.neededBytes - plan.freeBytes, mebibyte));
    table = plan.table;
  }
  const volumeGroups: VolumeGroup[] = [];
  for (const node of graph.volumeGroups) {
    const plan = planVolumeGroup({ node, segmentOf: (base) => segmentOf(base, table, sizeBytes), seed });
    if (!plan.ok) {
      const shortBytes = plan.neededBytes - plan.freeBytes;
      const share = groupShare(graph, node);
      if (share > 0) return lacking(Math.ceil(shortBytes / share));
      const reason = `volume group '${node.name}' has no room for '${plan.volume}': ${inMebibytes(plan.neededBytes)} MiB are needed, ${inMebibytes(plan.freeBytes)} MiB are free`;
      return hopeless(reason, 'make its partitions larger, or its volumes smaller');
    }
    volumeGroups.push(plan.group);
  }
  const filesystems = placeless
    .map((entry) => place(entry, { table, volumeGroups, sizeBytes }))
    .sort((left, right) => left.offsetBytes - right.offsetBytes);
  for (const filesystem of filesystems) {
    const short = shortfall(request, filesystem);
    if (short > 0) return outgrown(graph, filesystem, short);
  }
  const volumes = volumeGroups.length === 0 ? {} : { volumeGroups };
  return { layout: { sizeBytes, sectorBytes, table, ...volumes, filesystems }, missingBytes: 0 };
}

function lacking(missingBytes: number): Attempt {
  return { layout: undefined, missingBytes };
}

function hopeless(reason: string, remedy: string): Attempt {
  return { layout: undefined, missingBytes: 0, failure: { code: 'block-device-invalid', reason, remedy } };
}

const inMebibytes = (bytes: number): number => Math.ceil(bytes / mebibyte);

/** Where a partition lies, or the whole disk. */
function segmentOf(base: string, table: PartitionTable | undefined, diskBytes: number): DiskSegment {
  const partition = table?.partitions.find(({ name, kind }) => name === base && kind !== 'extended');
  return {
    offsetBytes: partition?.startBytes ?? 0,
    sizeBytes: partition?.sizeBytes ?? roundDown(diskBytes, blockBytes),
  };
}

interface Bases {
  readonly table: PartitionTable | undefined;
  readonly volumeGroups: readonly VolumeGroup[];
  readonly sizeBytes: number;
}

function place(entry: PlacelessFilesystem, bases: Bases): Filesystem {
  const { base, ...filesystem } = entry;
  for (const group of bases.volumeGroups) {
    const volume = group.logicalVolumes.find(({ name }) => name === base);
    if (volume === undefined) continue;
    const [first] = segmentsOfVolume(group, volume);
    return {
      ...filesystem,
      offsetBytes: first?.offsetBytes ?? 0,
      sizeBytes: volume.extents * group.extentBytes,
      volume: { group: group.name, name: base },
    };
  }
  return { ...filesystem, ...segmentOf(base, bases.table, bases.sizeBytes) };
}

function shortfall(request: LayoutRequest, filesystem: Filesystem): number {
  if (filesystem.mountPoint === undefined) return 0;
  const below = request.subtrees?.get(filesystem.mountPoint);
  if (filesystem.mountPoint !== '/')
    return below === undefined ? 0 : neededFilesystemBytes(filesystem, below) - filesystem.sizeBytes;
  const elsewhere = [...(request.subtrees?.values() ?? [])];
  const tree = {
    bytes: request.treeBytes - elsewhere.reduce((sum, subtree) => sum + subtree.bytes, 0),
    inodes: request.treeInodes - elsewhere.reduce((sum, subtree) => sum + subtree.inodes, 0),
  };
  return neededFilesystemBytes(filesystem, tree) - filesystem.sizeBytes;
}

/** What has a fixed size does not grow with the disk, so a larger disk would not help it. */
function outgrown(graph: BlockDeviceGraph, filesystem: Filesystem, shortBytes: number): Attempt {
  const base = graph.filesystems.find(({ name }) => name === filesystem.name)?.base ?? '';
  const share = growthShare(graph, base);
  // A larger filesystem needs more for itself.
  if (share > 0) return lacking(Math.ceil((shortBytes * 1.1) / share));
  const needed = inMebibytes(filesystem.sizeBytes + shortBytes);
  const reason = `${fixedNode(graph, base)} is too small for '${filesystem.mountPoint ?? ''}': ${needed} MiB or more are needed`;
  return hopeless(reason, 'raise its size in the configuration');
}
