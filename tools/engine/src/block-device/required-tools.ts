import type { RequiredTool } from '../util/required-tool.ts';
import type { FilesystemType } from './disk-layout.ts';

/** What writing any disk needs: private mounts, sparse files, bytes at an offset. */
const forEveryDisk: readonly RequiredTool[] = [
  { tool: 'unshare', debianPackage: 'util-linux', neededFor: 'writing disks' },
  { tool: 'mount', debianPackage: 'mount', neededFor: 'writing disks' },
  { tool: 'truncate', debianPackage: 'coreutils', neededFor: 'writing disks' },
  { tool: 'dd', debianPackage: 'coreutils', neededFor: 'writing disks' },
];

function ext(type: string): readonly RequiredTool[] {
  return [
    { tool: 'mke2fs', debianPackage: 'e2fsprogs', neededFor: `${type} filesystems` },
    { tool: 'debugfs', debianPackage: 'e2fsprogs', neededFor: `${type} filesystems` },
  ];
}

/** The tools behind each kind of filesystem. Swap areas are written by the engine itself. */
export const filesystemTools: Readonly<Record<FilesystemType, readonly RequiredTool[]>> = {
  ext2: ext('ext2'),
  ext3: ext('ext3'),
  ext4: ext('ext4'),
  vfat: [
    { tool: 'mkfs.vfat', debianPackage: 'dosfstools', neededFor: 'vfat filesystems' },
    { tool: 'mmd', debianPackage: 'mtools', neededFor: 'vfat filesystems' },
    { tool: 'mcopy', debianPackage: 'mtools', neededFor: 'vfat filesystems' },
  ],
  xfs: [
    { tool: 'mkfs.xfs', debianPackage: 'xfsprogs', neededFor: 'xfs filesystems' },
    { tool: 'losetup', debianPackage: 'mount', neededFor: 'xfs filesystems' },
  ],
  btrfs: [
    { tool: 'mkfs.btrfs', debianPackage: 'btrfs-progs', neededFor: 'btrfs filesystems' },
    { tool: 'losetup', debianPackage: 'mount', neededFor: 'btrfs filesystems' },
  ],
  swap: [],
};

const forThinPools: readonly RequiredTool[] = [
  { tool: 'thin_restore', debianPackage: 'thin-provisioning-tools', neededFor: 'thin LVM volumes' },
  { tool: 'python3', debianPackage: 'python3', neededFor: 'thin LVM volumes' },
];

/** What of a layout tells the tools that it needs. */
export interface ToolNeeds {
  readonly filesystems: readonly { readonly type: FilesystemType }[];
  /** The disk has LVM thin pools. Other volumes are written by the engine itself. */
  readonly hasThinPools?: boolean | undefined;
}

/** Every tool that `writeDisk` will run for this layout, without repetition. */
export function toolsForLayout({ filesystems, hasThinPools }: ToolNeeds): readonly RequiredTool[] {
  const types = new Set(filesystems.map((filesystem) => filesystem.type));
  const thin = hasThinPools === true ? forThinPools : [];
  return [...forEveryDisk, ...thin, ...[...types].sort().flatMap((type) => filesystemTools[type])];
}
