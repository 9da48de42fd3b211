import { attachDisk, flushDisk } from '../../block-device/writing/attach-disk.ts';
import {
  chrootDevices,
  deviceMountedAt,
  deviceVariables,
  nameDevices,
  type NamedDevice,
} from '../../block-device/device-names.ts';
import type { DiskLayout } from '../../block-device/disk-layout.ts';
import {
  digestAreas,
  freeAreas,
  readArea,
  type FreeArea,
  type WrittenArea,
} from '../../block-device/writing/free-areas.ts';
import { writeDisk } from '../../block-device/writing/write-disk.ts';
import type { Key } from '../../fingerprint/digest.ts';
import { coverFolders } from '../../layers/cover-folders.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { sandboxRoot, type Sandbox } from '../../sandbox/open-sandbox.ts';
import { rawDiskName } from '../../store/work-folder.ts';
import { chrootPhases, type Phase } from '../../util/phase.ts';
import { biosGrubInTree } from '../artifacts/bios-grub-in-tree.ts';
import { layOutDisk } from '../artifacts/lay-out-disk.ts';
import { seedBeforeFinalise } from '../artifacts/plan-artifacts.ts';
import type { StepRun } from './step-run.ts';

/** What finalise hooks find in the place of the disk that is written after them. */
export interface StandInDisk {
  /** From what the identifiers of this disk and of the final one are derived. */
  readonly seed: Key;
  readonly devices: readonly NamedDevice[];
  /** What hooks of a phase find in their environment because of it. */
  readonly variables: (phase: Phase) => Readonly<Record<string, string>>;
  /** What hooks wrote outside of filesystems and the final disk is to have. While the devices are still there. */
  readonly collect: () => Promise<readonly WrittenArea[]>;
  /** Brings everything that hooks changed into the overlay of the tree. */
  readonly settle: () => Promise<void>;
  /** Does something on the settled tree, and goes on. */
  readonly settled: <T>(body: () => Promise<T>) => Promise<T>;
}

const diskFile = `${sandboxRoot}/${rawDiskName}`;
const hostDevices = `${sandboxRoot}/dev`;
const skeleton = `${sandboxRoot}/disk.tree`;

/**
 * Shows a disk to the hooks of the finalise step: device nodes of the disk and its partitions, with the partition table and with empty
 * filesystems that carry the identifiers of the final ones. The tree is mounted, an overlay as ever, and its mount table says that it
 * comes from those partitions.
 *
 * So `grub-install` and `grub-mkconfig` find what they ask for, and the tree need not be copied onto a disk and back for it.
 */
export async function openStandInDisk(sandbox: Sandbox, run: StepRun): Promise<StandInDisk> {
  const seed = seedBeforeFinalise(run.below, run.disk);
  const { layout } = await layOutDisk(sandbox, run.disk, seed);
  const devices = nameDevices(run.disk.graph.disk.name, layout);
  const nested = run.disk.mountPoints.filter((mountPoint) => mountPoint !== '/');
  // What is in /tmp is not kept, and hooks are shown their folder there.
  const covered = nested.filter((mountPoint) => !`${mountPoint}/`.startsWith('/tmp/'));
  await sandbox.run(['mkdir', '-p', skeleton, ...nested.map((mountPoint) => `${skeleton}${mountPoint}`)]);
  const { epochSeconds } = run.plan;
  await writeDisk({ layout, treeDirectory: skeleton, diskFile, epochSeconds, run: sandbox.run });
  const attached = { devices, hostFolder: hostDevices };
  const chrootFolder = `${sandboxPaths.targetRoot}${chrootDevices}`;
  await attachDisk(sandbox.run, { ...attached, diskFile, chrootFolder, sectorBytes: layout.sectorBytes });
  const covers = coverFolders(
    sandbox.run,
    sandboxPaths.targetRoot,
    covered.map((mountPoint) => ({
      mountPoint,
      source: `${chrootDevices}/${deviceMountedAt(devices, mountPoint)?.path ?? ''}`,
    })),
  );
  await covers.mount();
  const before = await digestAreas(sandbox.run, diskFile, freeAreas(layout));
  return {
    seed,
    devices,
    variables: (phase) => deviceVariables(devices, chrootPhases.has(phase) ? chrootDevices : hostDevices),
    collect: async () => {
      await flushDisk(sandbox.run, attached);
      return writtenAreas(sandbox, layout, before);
    },
    settle: covers.settle,
    settled: async (body) => {
      await covers.settle();
      const result = await body();
      await covers.mount();
      return result;
    },
  };
}

/** GRUB for BIOS is put into its place from the tree, when the final disk is written; the rest only hooks know. */
async function writtenAreas(
  sandbox: Sandbox,
  layout: DiskLayout,
  before: readonly string[],
): Promise<readonly WrittenArea[]> {
  const areas = freeAreas(layout);
  const now = await digestAreas(sandbox.run, diskFile, areas);
  const changed = areas.filter((_, index) => before[index] !== now[index]);
  if (changed.length === 0) return [];
  const hasGrub = (await biosGrubInTree(sandbox)) !== undefined;
  const kept = changed.filter((area: FreeArea) => !(hasGrub && area.forBiosGrub));
  return Promise.all(kept.map((area) => readArea(sandbox.run, diskFile, area)));
}
