import { join } from 'node:path';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { extReader } from './ext-reader.ts';
import { mountedReader } from './mounted-reader.ts';
import type { OpenDiskImage } from './open-disk-image.ts';
import { openTree, type DiskTree } from './open-tree.ts';
import { parseFstab, type FstabLine } from './parse-fstab.ts';
import { extendedTypes, parseBootRecord } from './parse-mbr.ts';
import type { FoundPartition, FoundPartitionTable } from './partition-table.ts';
import { probeFilesystem, type FoundFilesystem } from './probe-filesystem.ts';
import { readPartitionTable } from './read-partition-table.ts';
import type { TreeReader } from './tree-reader.ts';
import { vfatReader } from './vfat-reader.ts';

/** A filesystem on the disk, and the partition that it fills (undefined: the whole disk). */
export interface LocatedFilesystem extends FoundFilesystem {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly partition: FoundPartition | undefined;
}

/** All that can be said of a disk without starting it. */
export interface InspectedDisk {
  readonly image: OpenDiskImage;
  readonly sizeBytes: number;
  /** The first sector holds code that a BIOS would run. */
  readonly hasBootCode: boolean;
  readonly table: FoundPartitionTable | undefined;
  readonly filesystems: readonly LocatedFilesystem[];
  /** The filesystem that holds `/etc`; undefined where none is found that can be read offline. */
  readonly root: LocatedFilesystem | undefined;
  /** The root filesystem with those that its fstab mounts; empty where there is no root. */
  readonly tree: DiskTree;
}

/** Reads partition table, superblocks and fstab of an open image, and joins its filesystems into one tree. */
export async function inspectDisk(image: OpenDiskImage, run: Runner): Promise<InspectedDisk> {
  const { source } = image;
  const record = parseBootRecord(await source.read(0, 512));
  const table = await readPartitionTable(source);
  const filesystems = await locateFilesystems(image, table);
  const readers = new Map<LocatedFilesystem, TreeReader>();
  for (const filesystem of filesystems) {
    const reader = createReader(image, filesystem, run);
    if (reader !== undefined) readers.set(filesystem, reader);
  }
  const root = await findRoot(readers);
  const mounts = new Map<string, TreeReader>([['/', emptyReader]]);
  const rootReader = root === undefined ? undefined : readers.get(root);
  if (rootReader !== undefined) {
    mounts.set('/', rootReader);
    const fstab = parseFstab((await openTree(rootReader).readText('/etc/fstab')) ?? '');
    for (const line of fstab) {
      const filesystem = findFilesystem(line, filesystems);
      const reader = filesystem === undefined ? undefined : readers.get(filesystem);
      if (reader !== undefined && line.mountPoint.startsWith('/') && line.mountPoint !== '/') {
        mounts.set(line.mountPoint, reader);
      }
    }
  }
  return {
    image,
    sizeBytes: source.sizeBytes,
    hasBootCode: record?.hasBootCode ?? false,
    table,
    filesystems,
    root,
    tree: openTree(mountedReader(mounts)),
  };
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

async function locateFilesystems(
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

function createReader(
  image: OpenDiskImage,
  filesystem: LocatedFilesystem,
  run: Runner,
): TreeReader | undefined {
  const location = {
    rawFile: image.rawFile,
    offsetBytes: filesystem.offsetBytes,
    scratchDirectory: join(image.scratchDirectory, `at-${filesystem.offsetBytes}`),
  };
  if (filesystem.type.startsWith('ext')) return extReader(location, run);
  return filesystem.type === 'vfat' ? vfatReader(location, run) : undefined;
}

async function findRoot(
  readers: ReadonlyMap<LocatedFilesystem, TreeReader>,
): Promise<LocatedFilesystem | undefined> {
  for (const [filesystem, reader] of readers) {
    const top = await reader.list('/');
    if (top?.has('etc') === true && top.has('usr')) return filesystem;
  }
  return undefined;
}

const emptyReader: TreeReader = {
  list: async () => undefined,
  readFile: async (path) => {
    throw new RangeError(`${path}: the disk has no root filesystem that can be read`);
  },
  readLink: async () => '',
};
