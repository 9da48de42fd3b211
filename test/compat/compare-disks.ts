import { compareFiles, type FileDifference } from '../../tools/cli/src/diff/compare-files.ts';
import { openDiskTree } from '../../tools/cli/src/diff/open-disk-tree.ts';
import { openDisk, type OpenDisk } from '@kiln/testkit/disk/open-disk.ts';
import { createHostRunner } from '@kiln/testkit/host/host-runner.ts';
import { withoutIdentifiers } from './without-identifiers.ts';

/** What of a disk's layout must be the same whoever made it: all but random identifiers. */
export interface DiskLook {
  readonly table: string | undefined;
  readonly problems: readonly string[];
  /** `1: 83 bootable, 1048576 + 314572800`: number, type, where, in ascending order. */
  readonly partitions: readonly string[];
  /** `ext4 'cloudimg-rootfs' on 1`: type, label, partition. */
  readonly filesystems: readonly string[];
  readonly hasBootCode: boolean;
}

/** Reads what a disk image looks like from outside. */
export async function readDiskLook(file: string): Promise<DiskLook> {
  const disk = await openDisk({ file, run: createHostRunner() });
  try {
    return lookOf(disk);
  } finally {
    await disk.close();
  }
}

function lookOf({ table, filesystems, hasBootCode }: OpenDisk): DiskLook {
  const partitions = table?.partitions ?? [];
  return {
    table: table?.label,
    problems: table?.problems ?? [],
    partitions: partitions.map(
      ({ number, type, bootable, startBytes, sizeBytes }) =>
        `${number}: ${type}${bootable ? ' bootable' : ''}, ${startBytes} + ${sizeBytes}`,
    ),
    filesystems: filesystems.map(
      ({ type, label, partition }) => `${type} '${label}' on ${partition?.number ?? 'the disk'}`,
    ),
    hasBootCode,
  };
}

/** Everything at which the files of two disks differ, those of all filesystems that their fstab mounts. */
export async function compareDisks(left: string, right: string): Promise<readonly FileDifference[]> {
  const trees = [await openDiskTree(left), await openDiskTree(right)] as const;
  try {
    return await compareFiles(withoutIdentifiers(trees[0]), withoutIdentifiers(trees[1]));
  } finally {
    for (const tree of trees) await tree.close();
  }
}
