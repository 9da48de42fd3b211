/** Formats that are made from the raw disk, and that are known by name; any other that `qemu-img` can write is one, too. */
export const diskFormats = ['raw', 'qcow2', 'vmdk', 'vdi', 'vpc', 'vhd'] as const;

/** The tree as one archive or filesystem. */
export const archiveFormats = ['tar', 'tgz', 'squashfs', 'aci'] as const;

/** The tree as a container image in one archive. */
export const containerFormats = ['oci', 'docker'] as const;

/** Formats that are made from the finished tree. */
export const treeFormats = [...archiveFormats, ...containerFormats] as const;

export type ArchiveFormat = (typeof archiveFormats)[number];

export type ContainerFormat = (typeof containerFormats)[number];

export type TreeFormat = (typeof treeFormats)[number];

/** True for a format that needs no disk. */
export function isTreeFormat(format: string): format is TreeFormat {
  return (treeFormats as readonly string[]).includes(format);
}

/** True for a container image. */
export function isContainerFormat(format: string): format is ContainerFormat {
  return (containerFormats as readonly string[]).includes(format);
}

/** True for a format of the disk that Kiln knows by itself; what else there is, `qemu-img` must tell. */
export function isKnownDiskFormat(format: string): boolean {
  return (diskFormats as readonly string[]).includes(format);
}

/** Kiln's own endings say what is inside; diskimage-builder's are its names of the formats, but for squashfs. */
export type Naming = 'kiln' | 'diskimage-builder';

const endings: Readonly<Record<Naming, Readonly<Record<string, string>>>> = {
  kiln: { oci: 'oci.tar', docker: 'docker.tar' },
  'diskimage-builder': { squashfs: 'squash' },
};

/** Extension of an artifact's file, without the dot. */
export function extensionOf(format: string, naming: Naming = 'kiln'): string {
  return endings[naming][format] ?? format;
}
