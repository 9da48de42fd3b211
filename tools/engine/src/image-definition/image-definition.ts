import type { Place } from '../diagnostics/place.ts';

export const architectures = ['amd64', 'arm64', 'armhf', 'i386', 'ppc64el', 's390x'] as const;
export type Architecture = (typeof architectures)[number];

export const imageFormats = ['qcow2', 'raw', 'tar', 'tgz', 'squashfs', 'vhd', 'vmdk', 'vdi'] as const;
export type ImageFormat = (typeof imageFormats)[number];

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
 * `elements` and `packages` are added, `environment` and `boot` are merged key by key, all else replaces.
 */
export interface ImageConfiguration {
  readonly elements?: readonly string[];
  readonly packages?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly architecture?: Architecture;
  readonly sizeBytes?: number;
  readonly formats?: readonly ImageFormat[];
  readonly blockDevice?: unknown;
  readonly rootLabel?: string;
  readonly rootFilesystem?: string;
  readonly qcow2?: { readonly compression: 'zstd' | 'zlib' | 'none' };
  readonly boot?: Partial<BootSettings>;
  readonly skipBase?: boolean;
}

/** One image as its author wrote it in `image.yaml`, with defaults filled in. */
export interface ImageDefinition {
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
  readonly boot: BootSettings;
  /** True: the element `base` is not added, as by `-n`. */
  readonly skipBase: boolean;
  /** By name; see `applyConfiguration`. */
  readonly configurations: Readonly<Record<string, ImageConfiguration>>;
  /** Where each key stands in the file, by dotted path (`elements.2`), for diagnostics. */
  readonly places: ReadonlyMap<string, Place>;
}
