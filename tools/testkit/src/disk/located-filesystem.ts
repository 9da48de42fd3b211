import type { OpenDiskImage } from './open-disk-image.ts';
import type { FstabLine } from './parse-fstab.ts';
import { extendedTypes } from './parse-mbr.ts';
import type { FoundPartition, FoundPartitionTable } from './partition-table.ts';
import { probeFilesystem, type FoundFilesystem } from './probe-filesystem.ts';

/** A filesystem on the disk, and the partition that it fills (undefined: the whole disk). */
export interface LocatedFilesystem extends FoundFilesystem {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly partition: FoundPartition | undefined;
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

/** Looks for a filesystem at the start of each partition, or of the disk where it has no table. */
export async function locateFilesystems(
  image: OpenDiskImage,
  table: FoundPartitionTable | undefined,
): Promise<readonly LocatedFilesystem[]> {
  const places =
    table === undefined
      ? [{ offsetBytes: 0, sizeBytes: image.source.sizeBytes, partition: undefined }]
      : table.partitions
          .filter((partition) => table.label === 'gpt' || !extendedTypes.has(partition.type))
          .map((partition) => ({
            offsetBytes: partition.startBytes,
            sizeBytes: partition.sizeBytes,
            partition,
          }));
  const found = await Promise.all(
    places.map(async (place) => {
      const filesystem = await probeFilesystem(image.source, place.offsetBytes);
      return filesystem === undefined ? undefined : { ...filesystem, ...place };
    }),
  );
  return found.filter((filesystem) => filesystem !== undefined);
}
