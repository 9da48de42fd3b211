import type { Runner } from '@kiln/engine/util/runner.ts';
import { openFileSource } from './byte-source.ts';
import type { OpenDiskImage } from './open-disk-image.ts';
import { openVolumes, type OpenVolume } from './open-volumes.ts';
import type { FstabLine } from './parse-fstab.ts';
import { extendedTypes } from './parse-mbr.ts';
import type { FoundPartition, FoundPartitionTable } from './partition-table.ts';
import { probeFilesystem, type FoundFilesystem } from './probe-filesystem.ts';
import { readVolumeGroups } from './read-volume-groups.ts';

/** A filesystem on the disk, and the partition or logical volume that it fills (neither: the whole disk). */
export interface LocatedFilesystem extends FoundFilesystem {
  /** On the disk: of its first block, or of the pool's data for a thin volume. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly partition: FoundPartition | undefined;
  readonly volume?: { readonly group: string; readonly name: string } | undefined;
  /** A file in which it lies in one piece: the raw disk, or a copy of its volume. */
  readonly readFrom: { readonly rawFile: string; readonly offsetBytes: number };
}

/** The filesystem that a line of fstab names by label, UUID, or the partition's UUID; undefined for none. */
export function findFilesystem(
  line: FstabLine,
  filesystems: readonly LocatedFilesystem[],
): LocatedFilesystem | undefined {
  const match = /^(?<kind>LABEL|UUID|PARTUUID|PARTLABEL)="?(?<value>[^"]*)"?$/u.exec(line.device)?.groups;
  const value = match?.['value'] ?? '';
  return filesystems.find((filesystem) => {
    switch (match?.['kind']) {
      case 'LABEL':
        return filesystem.label === value;
      case 'UUID':
        return filesystem.uuid.toLowerCase() === value.toLowerCase();
      case 'PARTUUID':
        return filesystem.partition?.uuid === value.toLowerCase();
      case 'PARTLABEL':
        return filesystem.partition?.name === value;
      default:
        return false;
    }
  });
}

/**
 * Looks for a filesystem at the start of each partition, or of the disk where it has no table, and in each logical volume on them.
 *
 * @returns the filesystems, and why some volumes cannot be read, a sentence each.
 */
export async function locateFilesystems(
  image: OpenDiskImage,
  table: FoundPartitionTable | undefined,
  run: Runner,
): Promise<{ readonly filesystems: readonly LocatedFilesystem[]; readonly unreadable: readonly string[] }> {
  const places = placesOf(image, table);
  const found = await Promise.all(
    places.map(async (place) => {
      const filesystem = await probeFilesystem(image.source, place.offsetBytes);
      const readFrom = { rawFile: image.rawFile, offsetBytes: place.offsetBytes };
      return filesystem === undefined ? undefined : { ...filesystem, ...place, readFrom };
    }),
  );
  const located = found.filter((filesystem) => filesystem !== undefined);
  const physical = located.filter(({ type }) => type === 'lvm').map(({ offsetBytes }) => offsetBytes);
  const groups = await readVolumeGroups(image.source, physical);
  // What is a part of a group holds nothing by itself.
  const filesystems: LocatedFilesystem[] = located.filter(
    ({ type }) => type !== 'lvm' || groups.length === 0,
  );
  const unreadable: string[] = [];
  for (const group of groups) {
    unreadable.push(...group.problems);
    const opened = await openVolumes(image, group, run);
    unreadable.push(...opened.unreadable);
    for (const volume of opened.volumes) filesystems.push(...(await filesystemOf(image, volume)));
  }
  return { filesystems, unreadable };
}

function placesOf(image: OpenDiskImage, table: FoundPartitionTable | undefined) {
  if (table === undefined)
    return [{ offsetBytes: 0, sizeBytes: image.source.sizeBytes, partition: undefined }];
  return table.partitions
    .filter((partition) => table.label === 'gpt' || !extendedTypes.has(partition.type))
    .map((partition) => ({
      offsetBytes: partition.startBytes,
      sizeBytes: partition.sizeBytes,
      partition,
    }));
}

async function filesystemOf(image: OpenDiskImage, opened: OpenVolume): Promise<LocatedFilesystem[]> {
  const { group, name, readFrom, offsetBytes, sizeBytes } = opened;
  const own = readFrom.rawFile === image.rawFile ? undefined : await openFileSource(readFrom.rawFile);
  try {
    const filesystem = await probeFilesystem(own ?? image.source, readFrom.offsetBytes);
    if (filesystem === undefined) return [];
    return [
      { ...filesystem, offsetBytes, sizeBytes, partition: undefined, volume: { group, name }, readFrom },
    ];
  } finally {
    await own?.close();
  }
}
