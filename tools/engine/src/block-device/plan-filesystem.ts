import type { FilesystemNode } from './block-device-graph.ts';
import type { Filesystem, FilesystemType } from './disk-layout.ts';
import { filesystemTypes } from './disk-layout.ts';
import { derivedHex, derivedUuid } from './derived-identifier.ts';

/** What the image definition says of the root filesystem; each holds only where the configuration says nothing. */
export interface RootDefaults {
  readonly type: string;
  readonly label: string | undefined;
  /** Options of the user, as by `--mkfs-options`; they go last. */
  readonly options: readonly string[];
  readonly journalMebibytes: number;
  /** In filesystem blocks, as by `--max-online-resize`. */
  readonly maxOnlineResizeBlocks: number | undefined;
}

/** A filesystem whose place on the disk is not known yet. */
export type PlacelessFilesystem = Omit<Filesystem, 'offsetBytes' | 'sizeBytes'> & { readonly base: string };

const longestLabel: Readonly<Record<FilesystemType, number>> = {
  ext2: 16,
  ext3: 16,
  ext4: 16,
  xfs: 12,
  btrfs: 255,
  vfat: 11,
  swap: 15,
};

/** True for the filesystem that the image definition's root options are meant for. */
export function isRootFilesystem(node: FilesystemNode): boolean {
  return node.name === 'mkfs_root' || node.mount?.mountPoint === '/';
}

/**
 * Decides type, label, options and identifiers of one filesystem; reasons why it cannot be made go to `report`.
 *
 * diskimage-builder gives the definition's type and label only to a node named `mkfs_root`; here whatever is mounted
 * at `/` gets them as well, where it would have failed.
 */
export function planFilesystem(
  node: FilesystemNode,
  context: { readonly root: RootDefaults; readonly seed: string },
  report: (reason: string) => void,
): PlacelessFilesystem | undefined {
  const isRoot = isRootFilesystem(node);
  const wanted = node.type ?? (isRoot ? context.root.type : undefined);
  if (wanted === undefined) {
    report(`'${node.name}': type is missing; it must be one of ${filesystemTypes.join(', ')}`);
    return undefined;
  }
  const type = filesystemType(wanted);
  if (type === undefined) {
    report(`'${node.name}': filesystem '${wanted}' cannot be made; there are ${filesystemTypes.join(', ')}`);
    return undefined;
  }
  const label = planLabel(node, { type, rootLabel: isRoot ? context.root.label : undefined, isRoot });
  if (Buffer.byteLength(label) > longestLabel[type]) {
    report(`'${node.name}': label '${label}' is too long; ${type} has room for ${longestLabel[type]} bytes`);
  }
  return {
    name: node.name,
    base: node.base,
    type,
    label,
    uuid: planUuid(node, type, { seed: context.seed, report }),
    mountPoint: type === 'swap' ? undefined : node.mount?.mountPoint,
    options: node.options ?? (isRoot ? rootOptions(type, context.root) : []),
    fstab:
      type === 'swap' && node.mount?.fstab !== undefined
        ? { options: 'sw', dump: 0, pass: 0 }
        : node.mount?.fstab,
  };
}

function filesystemType(text: string): FilesystemType | undefined {
  const name = text === 'fat' || text === 'fat32' || text === 'msdos' ? 'vfat' : text;
  return filesystemTypes.find((type) => type === name);
}

function planLabel(
  node: FilesystemNode,
  root: { readonly type: FilesystemType; readonly rootLabel: string | undefined; readonly isRoot: boolean },
): string {
  const rootDefault = root.type === 'xfs' ? 'img-rootfs' : 'cloudimg-rootfs';
  const label = node.label ?? (root.isRoot ? (root.rootLabel ?? rootDefault) : node.name);
  return root.type === 'vfat' ? label.toUpperCase() : label;
}

function planUuid(
  node: FilesystemNode,
  type: FilesystemType,
  { seed, report }: { readonly seed: string; readonly report: (reason: string) => void },
): string {
  if (type !== 'vfat') {
    if (node.uuid !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(node.uuid)) {
      report(`'${node.name}': uuid '${node.uuid}' is no UUID`);
    }
    return node.uuid?.toLowerCase() ?? derivedUuid(seed, `filesystem ${node.name}`);
  }
  const id = (node.uuid ?? derivedHex(seed, `filesystem ${node.name}`, 8)).replace('-', '').toUpperCase();
  if (!/^[0-9A-F]{8}$/.test(id))
    report(`'${node.name}': a vfat uuid has eight hexadecimal digits, like 1A2B-3C4D`);
  return `${id.slice(0, 4)}-${id.slice(4)}`;
}

/** Upstream's order: resize, then one inode per 4 KiB and the journal's size, then the user's. */
function rootOptions(type: FilesystemType, root: RootDefaults): readonly string[] {
  const resize =
    root.maxOnlineResizeBlocks === undefined ? [] : ['-E', `resize=${root.maxOnlineResizeBlocks}`];
  const ext4 = type === 'ext4' ? ['-i', '4096', '-J', `size=${root.journalMebibytes}`] : [];
  return [...resize, ...ext4, ...root.options];
}
