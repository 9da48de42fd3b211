import type { DiskLayout, Filesystem, VolumeGroup } from './disk-layout.ts';
import { segmentsOfVolume } from './layout/plan-volume-group.ts';

/** The disk or one of its partitions, as a hook may open it. */
export interface NamedDevice {
  /** Name of the node in the block-device configuration. */
  readonly name: string;
  /** Below /dev: `loop0`, `mapper/loop0p1`. */
  readonly path: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** What lies on it as a whole, if anything does. */
  readonly filesystem: Filesystem | undefined;
}

/** Where hooks inside the chroot find devices. */
export const chrootDevices = '/dev';

/**
 * The names of the disk and its partitions, the disk first: those that diskimage-builder has on a host whose first loop device is free.
 * They are the same in every build, whatever the kernel's own are, so no file that quotes one differs from build to build.
 */
export function nameDevices(
  diskName: string,
  layout: Pick<DiskLayout, 'sizeBytes' | 'table' | 'volumeGroups' | 'filesystems'>,
): readonly NamedDevice[] {
  const at = (offsetBytes: number): Filesystem | undefined =>
    layout.filesystems.find((filesystem) => filesystem.offsetBytes === offsetBytes);
  const partitions = (layout.table?.partitions ?? [])
    .filter(({ kind }) => kind !== 'extended')
    .map(({ name, number, startBytes, sizeBytes }): NamedDevice => ({
      name,
      path: `mapper/loop0p${number}`,
      offsetBytes: startBytes,
      sizeBytes,
      filesystem: at(startBytes),
    }));
  const filesystem = layout.table === undefined ? at(0) : undefined;
  return [
    { name: diskName, path: 'loop0', offsetBytes: 0, sizeBytes: layout.sizeBytes, filesystem },
    ...partitions,
    ...(layout.volumeGroups ?? []).flatMap((group) => nameVolumes(group, layout.filesystems)),
  ];
}

/** Logical volumes in one piece, under device-mapper's names. One in several pieces, or a thin one, would need device-mapper. */
function nameVolumes(group: VolumeGroup, filesystems: readonly Filesystem[]): readonly NamedDevice[] {
  const escaped = (name: string) => name.replaceAll('-', '--');
  return group.logicalVolumes.flatMap((volume): NamedDevice[] => {
    if (volume.kind !== 'linear' || volume.visibility === 'hidden') return [];
    const [segment, ...others] = segmentsOfVolume(group, volume);
    if (segment === undefined || others.length > 0) return [];
    const filesystem = filesystems.find(
      (it) => it.volume?.group === group.name && it.volume.name === volume.name,
    );
    const path = `mapper/${escaped(group.name)}-${escaped(volume.name)}`;
    return [{ name: volume.name, path, ...segment, filesystem }];
  });
}

/** The device behind a mount point, if there is one. */
export function deviceMountedAt(
  devices: readonly NamedDevice[],
  mountPoint: string,
): NamedDevice | undefined {
  return devices.find((device) => device.filesystem?.mountPoint === mountPoint);
}

/**
 * What hooks read of them: IMAGE_BLOCK_DEVICE is the disk, IMAGE_BLOCK_DEVICES a list for bash's `declare -A`, in byte order.
 *
 * @param folder in which the devices' paths are: `chrootDevices`, or where host hooks find them.
 */
export function deviceVariables(
  devices: readonly NamedDevice[],
  folder: string,
): Readonly<Record<string, string>> {
  const listed = devices.map(({ name, path }) => ` [${name}]=${folder}/${path}`).toSorted();
  return { IMAGE_BLOCK_DEVICE: `${folder}/${devices[0]?.path ?? ''}`, IMAGE_BLOCK_DEVICES: listed.join('') };
}

/** Links below /dev that udev would make for filesystems, each with the device that it leads to, both below /dev. */
export function deviceLinks(
  devices: readonly NamedDevice[],
): readonly { readonly path: string; readonly target: string }[] {
  return devices.flatMap(({ path, filesystem }) =>
    filesystem === undefined
      ? []
      : [
          { path: `disk/by-uuid/${filesystem.uuid}`, target: path },
          ...(filesystem.label === ''
            ? []
            : [{ path: `disk/by-label/${encodeName(filesystem.label)}`, target: path }]),
        ],
  );
}

/** As udev writes what a file name should not have: `\x20` for a blank. */
function encodeName(text: string): string {
  return text.replaceAll(/[^\w#+\-.:=@]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}
