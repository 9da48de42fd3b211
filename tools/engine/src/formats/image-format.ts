/** Formats that are made from the raw disk. */
export const diskFormats = ['raw', 'qcow2', 'vmdk', 'vdi', 'vpc', 'vhd'] as const;

/** Formats that are made from the finished tree. */
export const treeFormats = ['tar', 'tgz', 'squashfs'] as const;

export type DiskFormat = (typeof diskFormats)[number];

export type TreeFormat = (typeof treeFormats)[number];

export type ImageFormat = DiskFormat | TreeFormat;

/** True for a format that needs no disk. */
export function isTreeFormat(format: string): format is TreeFormat {
  return (treeFormats as readonly string[]).includes(format);
}

/** True for a format that is converted from the raw disk. */
export function isDiskFormat(format: string): format is DiskFormat {
  return (diskFormats as readonly string[]).includes(format);
}

/** Extension of an artifact's file, without the dot; diskimage-builder's, so squashfs images end in `.squash`. */
export function extensionOf(format: ImageFormat): string {
  return format === 'squashfs' ? 'squash' : format;
}
