import { join } from 'node:path';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { extReader } from './ext-reader.ts';
import { mountThroughKernel, type OpenReader } from './kernel-mount.ts';
import { findFilesystem, locateFilesystems, type LocatedFilesystem } from './located-filesystem.ts';
import { mountedReader } from './mounted-reader.ts';
import { openDiskImage, type OpenDiskImage, type OpenDiskImageRequest } from './open-disk-image.ts';
import { openTree, type DiskTree } from './open-tree.ts';
import { parseFstab } from './parse-fstab.ts';
import { parseBootRecord } from './parse-mbr.ts';
import type { FoundPartitionTable } from './partition-table.ts';
import { readPartitionTable } from './read-partition-table.ts';
import type { TreeReader } from './tree-reader.ts';
import { vfatReader } from './vfat-reader.ts';

/** All that can be said of a disk without starting it. */
export interface OpenDisk {
  readonly image: OpenDiskImage;
  readonly sizeBytes: number;
  /** The first sector holds code that a BIOS would run. */
  readonly hasBootCode: boolean;
  readonly table: FoundPartitionTable | undefined;
  readonly filesystems: readonly LocatedFilesystem[];
  /** Why the files of some filesystems cannot be read, a sentence each. */
  readonly unreadable: readonly string[];
  /** The filesystem that holds `/etc` and `/usr`; undefined where there is none, or none that can be read. */
  readonly root: LocatedFilesystem | undefined;
  /** The root filesystem with those that its fstab mounts; empty where there is no root. */
  readonly tree: DiskTree;
  /** The same by real paths, and without keeping what was read: for who reads all of it. */
  readonly reader: TreeReader;
  /** Closes the image as well. */
  readonly close: () => Promise<void>;
}

/**
 * Opens an image, reads its partition table, superblocks and fstab, and joins its filesystems into one tree.
 *
 * Ext2 to ext4 and vfat are read by programs; xfs and btrfs by the kernel, which needs root. Throws as
 * `openDiskImage` does.
 */
export async function openDisk(request: OpenDiskImageRequest): Promise<OpenDisk> {
  const image = await openDiskImage(request);
  const opened: OpenReader[] = [];
  const close = async (): Promise<void> => {
    for (const reader of opened) await reader.close();
    await image.close();
  };
  try {
    const { source } = image;
    const table = await readPartitionTable(source);
    const { filesystems, unreadable: lost } = await locateFilesystems(image, table, request.run);
    const readers = new Map<LocatedFilesystem, TreeReader>();
    const unreadable: string[] = [...lost];
    for (const filesystem of filesystems) {
      const reader = await openReader(image, filesystem, request.run);
      if ('unreadable' in reader) unreadable.push(reader.unreadable);
      else {
        opened.push(reader);
        readers.set(filesystem, reader.reader);
      }
    }
    const root = await findRoot(readers);
    const hasBootCode = parseBootRecord(await source.read(0, 512))?.hasBootCode ?? false;
    const reader = mountedReader(await findMounts(root, readers));
    const tree = openTree(reader);
    return {
      image,
      sizeBytes: source.sizeBytes,
      hasBootCode,
      table,
      filesystems,
      unreadable,
      root,
      tree,
      reader,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openReader(
  image: OpenDiskImage,
  filesystem: LocatedFilesystem,
  run: Runner,
): Promise<OpenReader | { readonly unreadable: string }> {
  const { type, readFrom, volume, offsetBytes } = filesystem;
  const scratchDirectory = join(image.scratchDirectory, `at-${offsetBytes}${volume?.name ?? ''}`);
  const location = { ...readFrom, scratchDirectory };
  const close = async (): Promise<void> => {};
  if (type.startsWith('ext')) return { reader: extReader(location, run), close };
  if (type === 'vfat') return { reader: vfatReader(location, run), close };
  return mountThroughKernel(filesystem, scratchDirectory);
}

/** Readers by mount point: the root, and what its fstab mounts from the same disk. */
async function findMounts(
  root: LocatedFilesystem | undefined,
  readers: ReadonlyMap<LocatedFilesystem, TreeReader>,
): Promise<ReadonlyMap<string, TreeReader>> {
  const mounts = new Map<string, TreeReader>([['/', emptyReader]]);
  const rootReader = root === undefined ? undefined : readers.get(root);
  if (rootReader === undefined) return mounts;
  mounts.set('/', rootReader);
  const fstab = parseFstab((await openTree(rootReader).readText('/etc/fstab')) ?? '');
  for (const line of fstab) {
    const filesystem = findFilesystem(line, [...readers.keys()]);
    const reader = filesystem === undefined ? undefined : readers.get(filesystem);
    if (reader !== undefined && /^\/./u.test(line.mountPoint)) mounts.set(line.mountPoint, reader);
  }
  return mounts;
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
