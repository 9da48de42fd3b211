import type { Place } from '../diagnostics/place.ts';

export const architectures = ['amd64', 'arm64', 'armhf', 'i386', 'ppc64el', 's390x'] as const;
export type Architecture = (typeof architectures)[number];

/** Formats that Kiln knows by name. */
export const imageFormats = [
  'qcow2',
  'raw',
  'tar',
  'tgz',
  'squashfs',
  'oci',
  'docker',
  'aci',
  'vhd',
  'vpc',
  'vmdk',
  'vdi',
] as const;

/** One of `imageFormats`, or another that the host's `qemu-img` can write; that is found out before anything is built. */
export type ImageFormat = (typeof imageFormats)[number] | (string & {});

/** How `boot` starts an image. */
export interface BootSettings {
  readonly memoryMebibytes: number;
  readonly firmware: readonly ('bios' | 'uefi')[];
  /** What is expected of the running image: `login`, `amphora`. */
  readonly profile: string;
}

/**
 * A named variant of an image: what differs from the definition around it.
 *
 * `elements` and `packages` are added, `withoutElements` left out, `environment` and `boot` are merged key by key, all else replaces.
 */
export interface ImageConfiguration extends DiskOptions {
  readonly elements?: readonly string[];
  /** Of the definition's own list. */
  readonly withoutElements?: readonly string[];
  readonly packages?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly architecture?: Architecture;
  readonly sizeBytes?: number;
  readonly formats?: readonly ImageFormat[];
  readonly blockDevice?: unknown;
  readonly rootLabel?: string;
  readonly rootFilesystem?: string;
  readonly qcow2?: { readonly compression: 'zstd' | 'zlib' | 'none' };
  readonly qemuImgOptions?: string;
  readonly dockerTarget?: string;
  readonly boot?: Partial<BootSettings>;
  readonly skipBase?: boolean;
}

/** What decides the disk's size and the root filesystem's make beside `sizeBytes`; undefined: computed, or the usual. */
export interface DiskOptions {
  /** Added to the tree's size in place of the usual scaling; counts only where the size is computed. */
  readonly extraSizeBytes?: number | undefined;
  /** Journal of an ext4 root filesystem, in whole MiB; usual: 64 MiB. */
  readonly journalSizeBytes?: number | undefined;
  /** Further arguments for the root filesystem's mkfs. */
  readonly mkfsOptions?: readonly string[] | undefined;
  /** Up to which size the root filesystem can be grown while it is mounted: blocks of 4 KiB times 4096. */
  readonly maxOnlineResizeBytes?: number | undefined;
  /** Size of a sector of the disk, 512 or 4096; goes before what the block-device configuration says. */
  readonly blockSizeBytes?: number | undefined;
}

/** One image as its author wrote it in `image.yaml`, with defaults filled in. */
export interface ImageDefinition extends DiskOptions {
  readonly name: string;
  readonly description: string;
  readonly elements: readonly string[];
  readonly architecture: Architecture;
  /** Size of the disk; undefined: computed from the tree. */
  readonly sizeBytes: number | undefined;
  readonly formats: readonly ImageFormat[];
  readonly environment: Readonly<Record<string, string>>;
  /** Installed after `install.d`, as by `-p`. */
  readonly packages: readonly string[];
  /** `DIB_BLOCK_DEVICE_CONFIG` as data; undefined: what the block-device element says. */
  readonly blockDevice: unknown;
  readonly rootLabel: string | undefined;
  readonly rootFilesystem: string;
  readonly qcow2: { readonly compression: 'zstd' | 'zlib' | 'none' };
  /** For every format that qemu-img writes, as by `--qemu-img-options`: `cluster_size=2M,lazy_refcounts=on`. */
  readonly qemuImgOptions?: string | undefined;
  /** Name of the container image, `[registry/]name[:tag]`, as by `--docker-target`; undefined: the image's name. */
  readonly dockerTarget?: string | undefined;
  readonly boot: BootSettings;
  /** True: the element `base` is not added, as by `-n`. */
  readonly skipBase: boolean;
  /** By name; see `applyConfiguration`. */
  readonly configurations: Readonly<Record<string, ImageConfiguration>>;
  /** Where each key stands in the file, by dotted path (`elements.2`), for diagnostics. */
  readonly places: ReadonlyMap<string, Place>;
}
