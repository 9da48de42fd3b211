import { runWriting } from '../diagnostics/run-writing.ts';
import { fail } from '../diagnostics/failure.ts';
import type { Runner } from '../util/runner.ts';
import type { DiskLayout, Filesystem, FilesystemType } from './disk-layout.ts';
import { writePieces } from './disk-pieces.ts';
import { encodePartitionTable } from './encode-partition-table.ts';
import { encodeSwapHeader } from './encode-swap.ts';
import type { FilesystemWriting } from './filesystem-writing.ts';
import { writeExt } from './write-ext.ts';
import { writeMounted } from './write-mounted.ts';
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
  readonly epochSeconds: number;
  /** Must run commands as root. */
  readonly run: Runner;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the raw disk: a sparse file, its partition table, and each filesystem at its offset with its share of the tree.
 * What is mounted below the tree is not copied. BIOS GRUB comes afterwards (`installBiosGrub`).
 *
 * The same tree and layout give the same bytes where all filesystems are in `reproducibleFilesystems` and the tree lies on a filesystem
 * whose access and change times hold still (EROFS below an overlay).
 *
 * Throws a BuildFailure: 'disk-full', 'image-size-too-small', 'block-device-invalid' (a mount point that the tree lacks), 'command-failed'.
 */
export async function writeDisk(writing: DiskWriting): Promise<void> {
  const { layout, diskFile, run, signal } = writing;
  const target = { target: diskFile, doing: 'writing the disk' };
  const scratch = `${diskFile}.scratch`;
  await checkMountPoints(writing);
  await run(['rm', '-f', diskFile]);
  await runWriting(run, ['truncate', '-s', String(layout.sizeBytes), diskFile], target);
  await writePieces(run, diskFile, encodePartitionTable(layout));
  await run(['mkdir', '-p', scratch]);
  try {
    for (const filesystem of layout.filesystems) {
      signal?.throwIfAborted();
      await writeFilesystem({ ...writing, filesystem, scratch });
    }
  } finally {
    await run(['rmdir', scratch], { allowFailure: true });
  }
}

async function writeFilesystem(
  writing: DiskWriting & { readonly filesystem: Filesystem; readonly scratch: string },
): Promise<void> {
  const { filesystem, layout, treeDirectory, scratch, diskFile, run } = writing;
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
