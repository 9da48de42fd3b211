import type { BlockDeviceGraph } from '../block-device/block-device-graph.ts';
import type { FilesystemType } from '../block-device/disk-layout.ts';
import { planDiskLayout } from '../block-device/plan-disk-layout.ts';
import { renderFstab } from '../block-device/render-fstab.ts';
import { BuildFailure } from '../diagnostics/failure.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { chooseBlockDevice } from '../plan/choose-block-device.ts';

/** What is known of the disk before there is a tree: everything but sizes and identifiers. */
export interface DiskDraft {
  readonly graph: BlockDeviceGraph;
  readonly fstab: string;
  readonly mountPoints: readonly string[];
  readonly types: readonly FilesystemType[];
  /** Variables that hooks may read of it. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Checks the block-device configuration and drafts the disk, so that a bad layout fails before anything is built. */
export function draftDisk(
  image: ResolvedImage,
  environment: Readonly<Record<string, string | undefined>>,
): DiskDraft {
  const graph = chooseBlockDevice(image, environment);
  if (!graph.ok) throw new BuildFailure(graph.failures);
  const { rootFilesystem, rootLabel } = image.definition;
  const layout = planDiskLayout({
    graph: graph.value,
    treeBytes: 0,
    treeInodes: 0,
    sizeBytes: image.definition.sizeBytes,
    rootFilesystem,
    rootLabel,
    seed: 'draft',
  });
  if (!layout.ok) throw new BuildFailure(layout.failures);
  const mounted = layout.value.filesystems.filter((filesystem) => filesystem.mountPoint !== undefined);
  const root = mounted.find((filesystem) => filesystem.mountPoint === '/');
  const mountPoints = mounted.flatMap((filesystem) => filesystem.mountPoint ?? []).toSorted();
  return {
    graph: graph.value,
    fstab: renderFstab(layout.value),
    mountPoints,
    types: layout.value.filesystems.map((filesystem) => filesystem.type),
    variables: {
      DIB_ROOT_LABEL: root?.label ?? '',
      DIB_ROOT_FSTYPE: root?.type ?? rootFilesystem,
      DIB_BOOT_LABEL: mounted.find((filesystem) => filesystem.mountPoint === '/boot')?.label ?? '',
      DIB_MOUNTPOINTS: mountPoints.join('|'),
    },
  };
}
