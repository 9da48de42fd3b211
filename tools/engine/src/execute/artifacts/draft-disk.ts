import { readFileSync } from 'node:fs';
import type { BlockDeviceGraph } from '../../block-device/block-device-graph.ts';
import {
  chrootDevices,
  deviceMountedAt,
  deviceVariables,
  nameDevices,
} from '../../block-device/device-names.ts';
import type { FilesystemType } from '../../block-device/disk-layout.ts';
import type { TreeMeasure } from '../../block-device/layout/measure-tree.ts';
import { planDiskLayout } from '../../block-device/layout/plan-disk-layout.ts';
import { renderFstab } from '../../block-device/writing/render-fstab.ts';
import { BuildFailure, type Failure } from '../../diagnostics/failure.ts';
import type { ResolvedImage } from '../../elements/resolved-image.ts';
import type { KeyInputs } from '../../plan/build-plan.ts';
import { chooseBlockDevice } from '../../plan/choose-block-device.ts';
import { diskOptions, type DiskOptionsOfPlan } from './disk-options.ts';
import { diskShape } from './disk-shape.ts';

/** What is known of the disk before there is a tree: everything but sizes and identifiers. */
export interface DiskDraft {
  readonly graph: BlockDeviceGraph;
  readonly fstab: string;
  readonly mountPoints: readonly string[];
  readonly types: readonly FilesystemType[];
  readonly hasThinPools: boolean;
  /** What of the configuration means nothing, or is not taken. */
  readonly warnings: readonly Failure[];
  /** Variables that hooks may read of it. */
  readonly variables: Readonly<Record<string, string>>;
  /** What of the definition decides the layout. */
  readonly request: DiskOptionsOfPlan;
  /** What tells the disk from others of the same tree. */
  readonly shape: KeyInputs;
  /** What finalise hooks see of its devices. */
  readonly devices: DraftedDevices;
  /** Told what the tree takes, before it is known whether that fits. */
  readonly onMeasured?: (measure: TreeMeasure) => Promise<void>;
}

/** Devices have names before there are any. */
export interface DraftedDevices {
  readonly variables: Readonly<Record<string, string>>;
  /** Path of the one with the root filesystem, inside the chroot. */
  readonly root: string;
}

/** Checks the block-device configuration and drafts the disk, so that a bad layout fails before anything is built. */
export function draftDisk(
  image: ResolvedImage,
  environment: Readonly<Record<string, string | undefined>>,
): DiskDraft {
  const readText = (file: string) => readFileSync(file, 'utf8');
  const graph = chooseBlockDevice(image, { environment, readText });
  if (!graph.ok) throw new BuildFailure(graph.failures);
  const request = diskOptions(image.definition);
  const layout = planDiskLayout({
    ...request,
    graph: graph.value,
    treeBytes: 0,
    treeInodes: 0,
    seed: 'draft',
  });
  if (!layout.ok) throw new BuildFailure(layout.failures);
  const mounted = layout.value.filesystems.filter((filesystem) => filesystem.mountPoint !== undefined);
  const root = mounted.find((filesystem) => filesystem.mountPoint === '/');
  const mountPoints = mounted.flatMap((filesystem) => filesystem.mountPoint ?? []).toSorted();
  const devices = nameDevices(graph.value.disk.name, layout.value);
  return {
    graph: graph.value,
    request,
    shape: diskShape(image.definition, graph.value),
    devices: {
      variables: deviceVariables(devices, chrootDevices),
      root: `${chrootDevices}/${deviceMountedAt(devices, '/')?.path ?? devices[0]?.path ?? ''}`,
    },
    fstab: renderFstab(layout.value),
    mountPoints,
    types: layout.value.filesystems.map((filesystem) => filesystem.type),
    hasThinPools: hasThinPools(graph.value),
    warnings: graph.warnings,
    variables: {
      DIB_ROOT_LABEL: root?.label ?? '',
      DIB_ROOT_FSTYPE: root?.type ?? image.definition.rootFilesystem,
      DIB_BOOT_LABEL: mounted.find((filesystem) => filesystem.mountPoint === '/boot')?.label ?? '',
      DIB_MOUNTPOINTS: mountPoints.join('|'),
    },
  };
}

function hasThinPools({ volumeGroups }: BlockDeviceGraph): boolean {
  return volumeGroups.some((group) => group.logicalVolumes.some(({ kind }) => kind === 'thin-pool'));
}
