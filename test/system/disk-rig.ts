import { mkdtemp, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBlockDevice } from '@kiln/engine/block-device/configuration/parse-block-device.ts';
import { planDiskLayout } from '@kiln/engine/block-device/layout/plan-disk-layout.ts';
import type { DiskRequest } from '@kiln/engine/block-device/layout/plan-disk-layout.ts';
import type { DiskLayout, Filesystem } from '@kiln/engine/block-device/disk-layout.ts';
import { measureTree } from '@kiln/engine/block-device/layout/measure-tree.ts';
import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import { openSandbox } from '@kiln/engine/sandbox/open-sandbox.ts';
import { findPrivilege } from '@kiln/engine/sandbox/privilege.ts';
import { createRunner } from '@kiln/engine/sandbox/command-runner.ts';
import { hostPath } from '@kiln/engine/util/run-command.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { treeArchive } from './disk-tree.ts';

/** A sandbox with a small tree, as a build leaves it: an overlay of an EROFS layer, read-only, at `treeDirectory`. */
export interface DiskRig {
  readonly directory: string;
  readonly treeDirectory: string;
  readonly run: Runner;
  readonly output: (...command: readonly [string, ...string[]]) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Tools among these that the host lacks. */
export function missingTools(tools: readonly string[]): readonly string[] {
  return tools.filter((tool) => !hostPath.split(':').some((folder) => existsSync(join(folder, tool))));
}

export async function openDiskRig(): Promise<DiskRig> {
  const directory = await mkdtemp(join(tmpdir(), 'kiln-disk-'));
  await writeFile(join(directory, 'tree.tar'), treeArchive());
  const privilege = await findPrivilege();
  const sandbox = await openSandbox(directory, privilege);
  const treeDirectory = '/run/kiln/mnt';
  const script = `
cd /run/kiln
mkdir tree layer empty mnt
tar --extract --file=tree.tar --directory=tree --xattrs --xattrs-include='*' --acls --same-owner --same-permissions
SOURCE_DATE_EPOCH=1600000000 mkfs.erofs -zlz4 layer.erofs tree > /dev/null
mount -t erofs -o loop,ro layer.erofs layer
mount -t overlay -o ro,lowerdir=layer:empty overlay mnt
# What a hook may have left mounted must not get onto the disk.
mount -t tmpfs tmpfs mnt/proc
touch mnt/proc/not-of-the-image`;
  await sandbox.run(['sh', '-euc', script]);
  return {
    directory,
    treeDirectory,
    run: sandbox.run,
    output: async (...command) => (await sandbox.run(command)).stdout,
    close: async () => {
      await sandbox.close();
      await createRunner(privilege)(['rm', '-rf', '--one-file-system', directory]);
    },
  };
}

/** The layout of a configuration for the rig's tree. */
export async function layOut(
  rig: DiskRig,
  configuration: unknown,
  more: Partial<DiskRequest> = {},
): Promise<DiskLayout> {
  const graph = parseBlockDevice(configuration);
  if (!graph.ok) throw new BuildFailure(graph.failures);
  const mountPoints = graph.value.filesystems.flatMap(({ mount }) => mount?.mountPoint ?? []);
  const nested = mountPoints.filter((mountPoint) => mountPoint.startsWith('/') && mountPoint !== '/');
  const measure = await measureTree(rig.run, rig.treeDirectory, nested);
  const tree = { treeBytes: measure.bytes, treeInodes: measure.inodes, subtrees: measure.subtrees };
  const layout = planDiskLayout({
    graph: graph.value,
    ...tree,
    rootFilesystem: 'ext4',
    seed: 'test',
    ...more,
  });
  if (!layout.ok) throw new BuildFailure(layout.failures);
  return layout.value;
}

/** The filesystem mounted there, which the layout must have. */
export function mountedAt(layout: DiskLayout, mountPoint: string): Filesystem {
  const found = layout.filesystems.find((filesystem) => filesystem.mountPoint === mountPoint);
  if (found === undefined) throw new Error(`nothing is mounted at ${mountPoint}`);
  return found;
}

/** gpt with an EFI system partition, a BIOS boot partition, swap and the root. */
export function gptConfiguration(sectorBytes: 512 | 4096 = 512): unknown {
  const fstab = { options: 'defaults', 'fsck-passno': 1 };
  const esp = { type: 'vfat', label: 'esp', mount: { mount_point: '/boot/efi', fstab } };
  return [
    { local_loop: { name: 'image0', block_size: sectorBytes } },
    {
      partitioning: {
        base: 'image0',
        label: 'gpt',
        partitions: [
          { name: 'ESP', type: 'EF00', size: sectorBytes === 512 ? '40MiB' : '300MiB', mkfs: esp },
          { name: 'BSP', type: 'EF02', size: '1MiB' },
          {
            name: 'swap',
            type: '8200',
            size: '8MiB',
            mkfs: { type: 'swap', label: 'swap', mount: { mount_point: 'swap', fstab: {} } },
          },
          { name: 'root', type: '8300', size: '100%', mkfs: { mount: { mount_point: '/', fstab } } },
        ],
      },
    },
  ];
}

/** mbr with a primary root and two logical partitions, one mounted below the other. */
export const mbrConfiguration: unknown = [
  { local_loop: { name: 'image0' } },
  {
    partitioning: {
      base: 'image0',
      label: 'mbr',
      partitions: [
        { name: 'root', flags: ['boot', 'primary'], size: '200MiB', mkfs: { mount: { mount_point: '/' } } },
        { name: 'boot', size: '32MiB', mkfs: { type: 'ext2', mount: { mount_point: '/boot' } } },
        {
          name: 'efi',
          type: 'EF',
          size: '100%',
          mkfs: { type: 'vfat', mount: { mount_point: '/boot/efi' } },
        },
      ],
    },
  },
];
