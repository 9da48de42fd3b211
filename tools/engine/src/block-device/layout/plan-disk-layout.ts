import type { Failure } from '../../diagnostics/failure.ts';
import type { Result } from '../../diagnostics/result.ts';
import type { BlockDeviceGraph } from '../block-device-graph.ts';
import type { DiskLayout } from '../disk-layout.ts';
import type { TreeSize } from './filesystem-need.ts';
import { efiSystemPartitionType } from '../configuration/partition-type.ts';
import type { PlacelessFilesystem } from './plan-filesystem.ts';
import { planFilesystems } from './plan-filesystem.ts';
import { roundDown, roundUp } from './plan-partitions.ts';
import { type Attempt, tryLayout } from './try-layout.ts';

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
  /** `DIB_RELEASE`; its one use is upstream's own: Ubuntu 14.04 cannot read checksums in ext4's metadata. */
  readonly release?: string | undefined;
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
  const filesystems = planned(request);
  if (!filesystems.ok) return filesystems;
  const explicitBytes = request.graph.disk.sizeBytes ?? request.sizeBytes;
  if (explicitBytes !== undefined) {
    const sizeBytes = roundDown(explicitBytes, request.graph.disk.sectorBytes);
    return asResult(tryLayout(request, filesystems.value, sizeBytes), sizeBytes);
  }
  let sizeBytes = computedSize(request, filesystems.value);
  let attempt = tryLayout(request, filesystems.value, sizeBytes);
  // Only where the tree is tiny, or the fixed partitions are large, is upstream's formula too small.
  for (let round = 0; round < 20 && attempt.layout === undefined && attempt.missingBytes > 0; round += 1) {
    sizeBytes = roundUp(sizeBytes + attempt.missingBytes, 64 * kibibyte);
    attempt = tryLayout(request, filesystems.value, sizeBytes);
  }
  return asResult(attempt, sizeBytes);
}

function planned(request: DiskRequest): Result<readonly PlacelessFilesystem[]> {
  const failures: Failure[] = [];
  const root = {
    type: request.rootFilesystem,
    label: request.rootLabel,
    options: request.mkfsOptions ?? [],
    release: request.release,
    journalMebibytes: request.journalMebibytes ?? 64,
    maxOnlineResizeBlocks: request.maxOnlineResizeBlocks,
  };
  const filesystems = planFilesystems(
    request.graph.filesystems,
    { root, seed: request.seed },
    ({ reason, remedy }) => failures.push({ code: 'block-device-invalid', reason, remedy }),
  );
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

function asResult(attempt: Attempt, sizeBytes: number): Result<DiskLayout> {
  if (attempt.layout !== undefined) return { ok: true, value: attempt.layout, warnings: [] };
  const neededBytes = roundUp(sizeBytes + attempt.missingBytes, mebibyte);
  return {
    ok: false,
    failures: [attempt.failure ?? { code: 'image-size-too-small', sizeBytes, neededBytes }],
  };
}
