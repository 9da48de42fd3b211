import type { Failure } from '../diagnostics/failure.ts';
import type { Result } from '../diagnostics/result.ts';
import type { BlockDeviceGraph } from './block-device-graph.ts';
import type { DiskLayout, Filesystem, PartitionTable } from './disk-layout.ts';
import type { TreeSize } from './filesystem-need.ts';
import { neededFilesystemBytes } from './filesystem-need.ts';
import { efiSystemPartitionType } from './partition-type.ts';
import type { PlacelessFilesystem } from './plan-filesystem.ts';
import { planFilesystem } from './plan-filesystem.ts';
import { planPartitions, roundDown, roundUp } from './plan-partitions.ts';

const kibibyte = 2 ** 10;
const mebibyte = 2 ** 20;

/** All that decides the layout of a disk. Sizes in bytes unless the name says otherwise. */
export interface DiskRequest {
  readonly graph: BlockDeviceGraph;
  /** The whole tree, as `du` counts it (`measureTree`). */
  readonly treeBytes: number;
  readonly treeInodes: number;
  /** What lies below a mount point, for filesystems other than the root; they are part of the whole as well. */
  readonly subtrees?: ReadonlyMap<string, TreeSize> | undefined;
  /** The image's size; undefined: computed. A size in the configuration's `local_loop` goes first. */
  readonly sizeBytes?: number | undefined;
  /** Added to the tree's size in place of the scaling, as by DIB_IMAGE_EXTRA_SIZE; counts only for a computed size. */
  readonly extraBytes?: number | undefined;
  readonly rootFilesystem: string;
  readonly rootLabel?: string | undefined;
  /** All identifiers come from this text and the names of the nodes. */
  readonly seed: string;
  readonly journalMebibytes?: number | undefined;
  readonly mkfsOptions?: readonly string[] | undefined;
  readonly maxOnlineResizeBlocks?: number | undefined;
}

/**
 * Decides every number and identifier of the disk. Pure.
 *
 * A computed size is diskimage-builder's: tree / 0.6, the journal (ext4), 525 MiB for a disk with an EFI system
 * partition, rounded up to 64 KiB; and more than that where the tree would not fit. An explicit size is taken as it is:
 * upstream adds the 525 MiB and the rounding to it as well, which makes the disk larger than was asked for.
 *
 * @returns the layout, or 'image-size-too-small', or everything that is wrong with the configuration ('block-device-invalid').
 */
export function planDiskLayout(request: DiskRequest): Result<DiskLayout> {
  const planned = planFilesystems(request);
  if (!planned.ok) return planned;
  const explicitBytes = request.graph.disk.sizeBytes ?? request.sizeBytes;
  if (explicitBytes !== undefined) {
    const sizeBytes = roundDown(explicitBytes, request.graph.disk.sectorBytes);
    return asResult(tryLayout(request, planned.value, sizeBytes), sizeBytes);
  }
  let sizeBytes = computedSize(request, planned.value);
  let attempt = tryLayout(request, planned.value, sizeBytes);
  // Only where the tree is tiny, or the fixed partitions are large, is upstream's formula too small.
  for (let round = 0; round < 20 && attempt.layout === undefined && attempt.missingBytes > 0; round += 1) {
    sizeBytes = roundUp(sizeBytes + attempt.missingBytes * 1.1, 64 * kibibyte);
    attempt = tryLayout(request, planned.value, sizeBytes);
  }
  return asResult(attempt, sizeBytes);
}

function planFilesystems(request: DiskRequest): Result<readonly PlacelessFilesystem[]> {
  const failures: Failure[] = [];
  const report = (reason: string) => failures.push({ code: 'block-device-invalid', reason });
  const root = {
    type: request.rootFilesystem,
    label: request.rootLabel,
    options: request.mkfsOptions ?? [],
    journalMebibytes: request.journalMebibytes ?? 64,
    maxOnlineResizeBlocks: request.maxOnlineResizeBlocks,
  };
  const filesystems = request.graph.filesystems.flatMap(
    (node) => planFilesystem(node, { root, seed: request.seed }, report) ?? [],
  );
  const owners = new Map<string, string>();
  for (const { label, name } of filesystems) {
    const owner = owners.get(label);
    if (owner !== undefined)
      report(`'${owner}' and '${name}' have the same label '${label}'; labels must differ`);
    owners.set(label, name);
  }
  return failures.length > 0 ? { ok: false, failures } : { ok: true, value: filesystems, warnings: [] };
}

function computedSize(request: DiskRequest, filesystems: readonly PlacelessFilesystem[]): number {
  const { graph, extraBytes } = request;
  const treeKibibytes = Math.ceil(request.treeBytes / kibibyte);
  const scaled =
    extraBytes === undefined ? Math.floor(treeKibibytes / 0.6) * kibibyte : request.treeBytes + extraBytes;
  const isExt4 = filesystems.some((entry) => entry.mountPoint === '/' && entry.type === 'ext4');
  const journal = isExt4 ? (request.journalMebibytes ?? 64) * mebibyte : 0;
  const hasEsp =
    graph.table?.partitions.some((partition) => partition.type === efiSystemPartitionType) ?? false;
  return roundUp(scaled + journal + (hasEsp ? 525 * mebibyte : 0), 64 * kibibyte);
}

interface Attempt {
  readonly layout: DiskLayout | undefined;
  /** How much larger the disk would have to be, at least; 0 where that would not help. */
  readonly missingBytes: number;
  readonly failure?: Failure;
}

function asResult(attempt: Attempt, sizeBytes: number): Result<DiskLayout> {
  if (attempt.layout !== undefined) return { ok: true, value: attempt.layout, warnings: [] };
  const neededBytes = roundUp(sizeBytes + attempt.missingBytes, mebibyte);
  return {
    ok: false,
    failures: [attempt.failure ?? { code: 'image-size-too-small', sizeBytes, neededBytes }],
  };
}

function tryLayout(
  request: DiskRequest,
  placeless: readonly PlacelessFilesystem[],
  sizeBytes: number,
): Attempt {
  const { graph, seed } = request;
  const { sectorBytes } = graph.disk;
  let table: PartitionTable | undefined;
  if (graph.table !== undefined) {
    const plan = planPartitions({ table: graph.table, sizeBytes, sectorBytes, seed });
    if (!plan.ok)
      return { layout: undefined, missingBytes: Math.max(plan.neededBytes - plan.freeBytes, mebibyte) };
    table = plan.table;
  }
  const filesystems = placeless
    .map((entry) => place(entry, table, sizeBytes))
    .sort((left, right) => left.offsetBytes - right.offsetBytes);
  for (const filesystem of filesystems) {
    const short = shortfall(request, filesystem);
    if (short > 0) return outgrown(request, filesystem, short);
  }
  return { layout: { sizeBytes, sectorBytes, table, filesystems }, missingBytes: 0 };
}

function place(entry: PlacelessFilesystem, table: PartitionTable | undefined, diskBytes: number): Filesystem {
  const { base, ...filesystem } = entry;
  const partition = table?.partitions.find(
    (candidate) => candidate.name === base && candidate.kind !== 'extended',
  );
  const blockBytes = 4096;
  return {
    ...filesystem,
    offsetBytes: partition?.startBytes ?? 0,
    sizeBytes: partition?.sizeBytes ?? roundDown(diskBytes, blockBytes),
  };
}

function shortfall(request: DiskRequest, filesystem: Filesystem): number {
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

/** A partition of a fixed size does not grow with the disk, so a larger disk would not help it. */
function outgrown(request: DiskRequest, filesystem: Filesystem, shortBytes: number): Attempt {
  const node = request.graph.filesystems.find((entry) => entry.name === filesystem.name);
  const partition = request.graph.table?.partitions.find((entry) => entry.name === node?.base);
  if (partition === undefined) return { layout: undefined, missingBytes: shortBytes };
  if ('percent' in partition.size) {
    return { layout: undefined, missingBytes: Math.ceil((shortBytes * 100) / partition.size.percent) };
  }
  const needed = Math.ceil((filesystem.sizeBytes + shortBytes) / mebibyte);
  const reason = `partition '${partition.name}' is too small for '${filesystem.mountPoint ?? ''}': it needs about ${needed} MiB`;
  return { layout: undefined, missingBytes: 0, failure: { code: 'block-device-invalid', reason } };
}
