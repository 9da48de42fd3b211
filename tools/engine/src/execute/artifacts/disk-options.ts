import type { DiskRequest } from '../../block-device/layout/plan-disk-layout.ts';
import type { ImageDefinition } from '../../image-definition/image-definition.ts';

/** What decides a disk beside its configuration and its tree. */
export type DiskOptionsOfPlan = Omit<DiskRequest, 'graph' | 'treeBytes' | 'treeInodes' | 'subtrees' | 'seed'>;

const mebibyte = 2 ** 20;

/** mke2fs counts in blocks of this size. */
const filesystemBlockBytes = 4096;

/** What an image definition says of its disk, as the disk's plan takes it. */
export function diskOptions(definition: ImageDefinition): DiskOptionsOfPlan {
  const { journalSizeBytes, maxOnlineResizeBytes } = definition;
  return {
    sizeBytes: definition.sizeBytes,
    extraBytes: definition.extraSizeBytes,
    rootFilesystem: definition.rootFilesystem,
    rootLabel: definition.rootLabel,
    mkfsOptions: definition.mkfsOptions,
    release: definition.environment['DIB_RELEASE'],
    journalMebibytes:
      journalSizeBytes === undefined ? undefined : Math.max(1, Math.floor(journalSizeBytes / mebibyte)),
    maxOnlineResizeBlocks:
      maxOnlineResizeBytes === undefined
        ? undefined
        : Math.floor(maxOnlineResizeBytes / filesystemBlockBytes),
  };
}
