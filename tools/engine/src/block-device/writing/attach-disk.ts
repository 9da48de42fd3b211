import type { Runner } from '../../util/runner.ts';
import { deviceLinks, type NamedDevice } from '../device-names.ts';

/** A disk whose devices are to be shown inside a sandbox. Paths are as the runner sees them. */
export interface DiskToAttach {
  readonly diskFile: string;
  readonly sectorBytes: number;
  readonly devices: readonly NamedDevice[];
  /** Gets the nodes for host hooks: a tmpfs is mounted there. */
  readonly hostFolder: string;
  /** Gets the nodes for hooks in the chroot: its /dev, already a tmpfs. */
  readonly chrootFolder: string;
}

/**
 * Each loop device is opened by a process that stays, and detached while it is open: so it goes away with that process (loop(4),
 * autoclear), which ends with the sandbox, however that ends. Numbers of the kernel's devices show in no name. In the sandbox partitions
 * stand in the host's /dev/mapper, too, since mount tables name them there.
 */
const script = `set -eu
disk=$1 sector=$2 host=$3 chroot=$4 count=$5; shift 5
mkdir -p "$host"
mount -t tmpfs -o mode=0755,nosuid tmpfs "$host"
while [ "$count" -gt 0 ]; do
  path=$1 offset=$2 size=$3; shift 3; count=$((count - 1))
  loop=$(losetup --find --show --sector-size "$sector" --offset "$offset" --sizelimit "$size" "$disk")
  exec {held}<>"$loop"
  losetup --detach "$loop"
  for folder in "$host" "$chroot"; do
    mkdir -p "$(dirname "$folder/$path")"
    mknod -m 660 "$folder/$path" b $(stat -c '0x%t 0x%T' "$loop")
  done
done
while [ $# -gt 0 ]; do
  mkdir -p "$(dirname "$chroot/$1")"
  ln -s "../../$2" "$chroot/$1"
  shift 2
done
if [ -d "$host/mapper" ] && mkdir -p /dev/mapper 2>/dev/null; then
  cp --archive --no-clobber /dev/mapper/. "$host/mapper/"
  mount --bind "$host/mapper" /dev/mapper
fi
setsid sleep infinity </dev/null >/dev/null 2>&1 &`;

/** Makes the loop devices of a disk and its partitions, which need neither device-mapper nor a kernel that scans partitions. */
export async function attachDisk(run: Runner, disk: DiskToAttach): Promise<void> {
  const { devices } = disk;
  const nodes = devices.flatMap(({ path, offsetBytes, sizeBytes }) => [
    path,
    String(offsetBytes),
    String(sizeBytes),
  ]);
  const links = deviceLinks(devices).flatMap(({ path, target }) => [path, target]);
  const folders = [disk.hostFolder, disk.chrootFolder];
  const words = [disk.diskFile, String(disk.sectorBytes), ...folders, String(devices.length)];
  await run(['bash', '--norc', '-c', script, 'kiln-attach', ...words, ...nodes, ...links]);
}

/** Brings what hooks wrote through the devices into the disk's file. */
export async function flushDisk(
  run: Runner,
  { devices, hostFolder }: Pick<DiskToAttach, 'devices' | 'hostFolder'>,
): Promise<void> {
  // Partitions first: the disk's own device has a cache of its own.
  const paths = devices.map(({ path }) => `${hostFolder}/${path}`).toReversed();
  await run(['blockdev', '--flushbufs', ...paths]);
}
