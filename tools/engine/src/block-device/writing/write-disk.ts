import { runWriting } from '../../diagnostics/run-writing.ts';
import { fail } from '../../diagnostics/failure.ts';
import type { Runner } from '../../util/runner.ts';
import type { DiskLayout, Filesystem, FilesystemType, ThinPool } from '../disk-layout.ts';
import { copyToSegments, writePieces } from './disk-pieces.ts';
import { encodeVolumeGroup } from './encode-lvm.ts';
import { encodePartitionTable } from './encode-partition-table.ts';
import { encodeSwapHeader } from './encode-swap.ts';
import type { FilesystemWriting } from './filesystem-writing.ts';
import { segmentsOfVolume } from '../layout/plan-volume-group.ts';
import { writeExt } from './write-ext.ts';
import { writeMounted } from './write-mounted.ts';
import { emptyPool, fillThinVolume, type PoolContents, writePoolMetadata } from './write-thin-pool.ts';
import { writeVfat } from './write-vfat.ts';

/** Filesystems that come out with the same bytes every time. */
export const reproducibleFilesystems: ReadonlySet<FilesystemType> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'vfat',
  'swap',
]);

/** A disk to be written. Paths are as the runner sees them. */
export interface DiskWriting {
  readonly layout: DiskLayout;
  /** Top of the finished tree, best read-only; every mount point of the layout must exist in it. */
  readonly treeDirectory: string;
  /** Made anew; its directory must exist and be writable for the runner. */
  readonly diskFile: string;
  /**
   * Where to note the data of files that can be left in the tree until somebody reads the disk (`readDeferred`); made anew. Undefined:
   * all data is in the disk's file.
   */
  readonly deferredFile?: string | undefined;
  readonly epochSeconds: number;
  /** Must run commands as root. */
  readonly run: Runner;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the raw disk: a sparse file, its partition table, LVM's metadata, and each filesystem at its offset with its share of the tree.
 * What is mounted below the tree is not copied. BIOS GRUB comes afterwards (`installBiosGrub`).
 *
 * The same tree and layout give the same bytes where all filesystems are in `reproducibleFilesystems` and the tree lies on a filesystem
 * whose access and change times hold still (EROFS below an overlay).
 *
 * Throws a BuildFailure: 'disk-full', 'image-size-too-small', 'block-device-invalid' (a mount point that the tree lacks), 'command-failed'.
 */
export async function writeDisk(writing: DiskWriting): Promise<void> {
  const { layout, diskFile, deferredFile, run, signal } = writing;
  const target = { target: diskFile, doing: 'writing the disk' };
  const scratch = `${diskFile}.scratch`;
  await checkMountPoints(writing);
  await run(['rm', '-f', diskFile]);
  if (deferredFile !== undefined) await run(['truncate', '-s', '0', deferredFile]);
  await runWriting(run, ['truncate', '-s', String(layout.sizeBytes), diskFile], target);
  await writePieces(run, diskFile, encodePartitionTable(layout));
  for (const group of layout.volumeGroups ?? []) {
    await writePieces(run, diskFile, encodeVolumeGroup(group, writing));
  }
  await run(['mkdir', '-p', scratch]);
  try {
    const pools = new Map<ThinPool, PoolContents>();
    for (const filesystem of layout.filesystems) {
      signal?.throwIfAborted();
      await writeToBase({ ...writing, filesystem, scratch }, pools);
    }
    await writePools(writing, pools);
  } finally {
    await run(['rmdir', scratch], { allowFailure: true });
  }
}

type OneWriting = DiskWriting & { readonly filesystem: Filesystem; readonly scratch: string };

/**
 * Writes a filesystem where it lies in one piece; one that lies in several, or in a thin volume, is made in a file of its own and
 * taken from there.
 */
async function writeToBase(writing: OneWriting, pools: Map<ThinPool, PoolContents>): Promise<void> {
  const { filesystem, layout, diskFile, run } = writing;
  const group = layout.volumeGroups?.find(({ name }) => name === filesystem.volume?.group);
  const volume = group?.logicalVolumes.find(({ name }) => name === filesystem.volume?.name);
  const segments = group === undefined || volume === undefined ? [] : segmentsOfVolume(group, volume);
  if (group === undefined || volume === undefined || (volume.kind === 'linear' && segments.length === 1)) {
    return writeFilesystem(writing);
  }
  const file = `${diskFile}.volume`;
  try {
    await run(['truncate', '-s', String(filesystem.sizeBytes), file]);
    const whole = { ...filesystem, offsetBytes: 0 };
    await writeFilesystem({ ...writing, diskFile: file, deferredFile: undefined, filesystem: whole });
    if (volume.kind !== 'thin') return await copyToSegments(run, { file, diskFile, segments });
    const pool = group.logicalVolumes.find((it) => it.kind === 'thin-pool' && it.name === volume.pool);
    if (pool?.kind !== 'thin-pool') return undefined;
    const before = pools.get(pool) ?? emptyPool;
    pools.set(pool, await fillThinVolume({ group, pool, diskFile, run }, before, { volume, file }));
  } finally {
    await run(['rm', '-f', file]);
  }
  return undefined;
}

async function writePools(
  { layout, diskFile, run }: DiskWriting,
  pools: ReadonlyMap<ThinPool, PoolContents>,
): Promise<void> {
  for (const group of layout.volumeGroups ?? []) {
    for (const pool of group.logicalVolumes) {
      if (pool.kind !== 'thin-pool') continue;
      await writePoolMetadata({ group, pool, diskFile, run }, pools.get(pool) ?? emptyPool);
    }
  }
}

async function writeFilesystem(writing: OneWriting): Promise<void> {
  const { filesystem, layout, treeDirectory, scratch, diskFile, deferredFile, run } = writing;
  if (filesystem.type === 'swap') {
    await writePieces(run, diskFile, [
      { offsetBytes: filesystem.offsetBytes, bytes: encodeSwapHeader(filesystem) },
    ]);
    return;
  }
  const source =
    filesystem.mountPoint === undefined
      ? undefined
      : `${treeDirectory}${filesystem.mountPoint.replace(/\/$/, '')}`;
  const one: FilesystemWriting = {
    filesystem,
    sectorBytes: layout.sectorBytes,
    diskFile,
    deferredFile,
    view: { scratch, source, hidden: nestedMountPoints(layout, filesystem) },
    epochSeconds: writing.epochSeconds,
    run,
  };
  if (filesystem.type === 'vfat') await writeVfat(one);
  else if (filesystem.type === 'xfs' || filesystem.type === 'btrfs') await writeMounted(one);
  else await writeExt(one);
}

/** Mount points directly below a filesystem's own, relative to it; those deeper down belong to these. */
export function nestedMountPoints(
  layout: Pick<DiskLayout, 'filesystems'>,
  parent: Pick<Filesystem, 'mountPoint'>,
): readonly string[] {
  if (parent.mountPoint === undefined) return [];
  const prefix = parent.mountPoint === '/' ? '/' : `${parent.mountPoint}/`;
  const below = layout.filesystems
    .flatMap(({ mountPoint }) => mountPoint ?? [])
    .filter((mountPoint) => mountPoint !== parent.mountPoint && mountPoint.startsWith(prefix));
  return below
    .filter((mountPoint) => !below.some((other) => mountPoint.startsWith(`${other}/`)))
    .map((mountPoint) => mountPoint.slice(prefix.length))
    .sort();
}

async function checkMountPoints({ layout, treeDirectory, run }: DiskWriting): Promise<void> {
  for (const { mountPoint } of layout.filesystems) {
    if (mountPoint === undefined) continue;
    const found = await run(['test', '-d', `${treeDirectory}${mountPoint}`], { allowFailure: true });
    if (!found.ok)
      fail({
        code: 'block-device-invalid',
        reason: `the tree has no directory at the mount point '${mountPoint}'`,
      });
  }
}
