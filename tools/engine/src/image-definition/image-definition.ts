import type { Place } from '../diagnostics/place.ts';

export type Architecture = 'amd64' | 'arm64' | 'armhf' | 'i386' | 'ppc64el' | 's390x';

/** One image as its author wrote it in `image.yaml`, with defaults filled in. */
export interface ImageDefinition {
  readonly name: string;
  readonly description: string;
  readonly elements: readonly string[];
  readonly architecture: Architecture;
  /** Size of the disk; undefined: computed from the tree. */
  readonly sizeBytes: number | undefined;
  readonly formats: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Installed after `install.d`, as by `-p`. */
  readonly packages: readonly string[];
  /** `DIB_BLOCK_DEVICE_CONFIG` as data; undefined: what the block-device element says. */
  readonly blockDevice: unknown;
  readonly rootLabel: string | undefined;
  readonly rootFilesystem: string;
  readonly qcow2: { readonly compression: 'zstd' | 'zlib' | 'none' };
  /** How `boot` starts the image. */
  readonly boot: {
    readonly memoryMebibytes: number;
    readonly firmware: readonly ('bios' | 'uefi')[];
    readonly profile: string;
  };
  /** Where each key stands in the file, by dotted path (`elements.2`), for diagnostics. */
  readonly places: ReadonlyMap<string, Place>;
}
