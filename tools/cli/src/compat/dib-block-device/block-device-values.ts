import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskLayout } from '@kiln/engine/block-device/disk-layout.ts';
import type { BlockDeviceParameters } from './read-parameters.ts';

/** Symbols that the configuration answers. */
export const layoutSymbols = ['root-label', 'root-fstype', 'boot-label', 'mount-points'] as const;

/** Symbols that only a disk that was made answers. */
export const diskSymbols = ['image-path', 'image-block-device', 'image-block-devices'] as const;

export type LayoutSymbol = (typeof layoutSymbols)[number];
export type DiskSymbol = (typeof diskSymbols)[number];

/** What is known before there is a disk. `boot-label` is empty where `/boot` is no filesystem of its own. */
export function layoutValues({ filesystems }: DiskLayout): Readonly<Record<LayoutSymbol, string>> {
  const mountedAt = (point: string) => filesystems.find(({ mountPoint }) => mountPoint === point);
  const root = mountedAt('/');
  return {
    'root-label': root?.label ?? '',
    'root-fstype': root?.type ?? '',
    'boot-label': mountedAt('/boot')?.label ?? '',
    'mount-points': filesystems
      .flatMap(({ mountPoint }) => mountPoint ?? [])
      .toSorted()
      .join('|'),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is known of a disk that was made: from the state that diskimage-builder keeps in the build folder
 * (`states/block-device/state.json`), else from the variables that hooks of a build have.
 */
export function diskValues(
  { buildDirectory, imageDirectory }: BlockDeviceParameters,
  environment: Environment,
): Readonly<Partial<Record<DiskSymbol, string>>> {
  const devices = buildDirectory === undefined ? undefined : readState(buildDirectory);
  const raw = imageDirectory === undefined ? undefined : join(imageDirectory, 'image0.raw');
  const listed = [...(devices ?? [])].map(([name, { device }]) => ` [${name}]=${device ?? ''} `).join('');
  const disk = devices?.get('image0');
  const values = {
    'image-path': disk?.image ?? (raw !== undefined && existsSync(raw) ? raw : undefined),
    'image-block-device': disk?.device ?? environment['IMAGE_BLOCK_DEVICE'],
    'image-block-devices': devices === undefined ? environment['IMAGE_BLOCK_DEVICES'] : listed,
  };
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  );
}

interface StateEntry {
  readonly image?: string;
  readonly device?: string;
}

function readState(buildDirectory: string): ReadonlyMap<string, StateEntry> | undefined {
  try {
    const file = join(buildDirectory, 'states/block-device/state.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly blockdev?: Readonly<Record<string, StateEntry>>;
    };
    return new Map(Object.entries(state.blockdev ?? {}));
  } catch {
    return undefined;
  }
}
