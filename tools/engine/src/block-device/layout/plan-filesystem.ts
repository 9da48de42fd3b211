import type { FilesystemNode } from '../block-device-graph.ts';
import type { Filesystem, FilesystemType } from '../disk-layout.ts';
import { filesystemTypes } from '../disk-layout.ts';
import { derivedHex, derivedUuid } from '../derived-identifier.ts';

/** What the image definition says of the root filesystem; each holds only where the configuration says nothing. */
export interface RootDefaults {
  readonly type: string;
  readonly label: string | undefined;
  /** Options of the user, as by `--mkfs-options`; they go last. */
  readonly options: readonly string[];
  readonly release: string | undefined;
  readonly journalMebibytes: number;
  /** In filesystem blocks, as by `--max-online-resize`. */
  readonly maxOnlineResizeBlocks: number | undefined;
}

/** What is wrong with which filesystem, under which key of its node, and what to do. */
export interface FilesystemProblem {
  readonly filesystem: string;
  readonly key: 'type' | 'label' | 'uuid';
  readonly reason: string;
  readonly remedy: string;
}

export type Report = (problem: FilesystemProblem) => void;

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

/** Plans all filesystems, and reports labels that two of them have beside what is wrong with each. */
export function planFilesystems(
  nodes: readonly FilesystemNode[],
  context: { readonly root: RootDefaults; readonly seed: string },
  report: Report,
): readonly PlacelessFilesystem[] {
  const filesystems = nodes.flatMap((node) => planFilesystem(node, context, report) ?? []);
  const owners = new Map<string, string>();
  for (const { label, name } of filesystems) {
    const owner = owners.get(label);
    if (owner !== undefined) {
      const reason = `File system label [${label}] used more than once, by '${owner}' and '${name}'`;
      const remedy = 'labels must differ: fstab finds filesystems by them';
      report({ filesystem: name, key: 'label', reason, remedy });
    }
    owners.set(label, name);
  }
  return filesystems;
}

/**
 * Decides type, label, options and identifiers of one filesystem; reasons why it cannot be made go to `report`.
 *
 * diskimage-builder gives the definition's type and label only to a node named `mkfs_root`; here whatever is mounted
 * at `/` gets them as well, where it would have failed.
 */
function planFilesystem(
  node: FilesystemNode,
  context: { readonly root: RootDefaults; readonly seed: string },
  report: Report,
): PlacelessFilesystem | undefined {
  const isRoot = isRootFilesystem(node);
  const wanted = node.type ?? (isRoot ? context.root.type : undefined);
  const known = `there are ${filesystemTypes.join(', ')}`;
  const problem = (key: FilesystemProblem['key'], reason: string, remedy: string) =>
    report({ filesystem: node.name, key, reason, remedy });
  if (wanted === undefined) {
    problem('type', `'${node.name}': type is missing`, known);
    return undefined;
  }
  const type = filesystemType(wanted);
  if (type === undefined) {
    problem('type', `'${node.name}': filesystem '${wanted}' cannot be made`, known);
    return undefined;
  }
  const label = planLabel(node, { type, rootLabel: isRoot ? context.root.label : undefined, isRoot });
  const [length, most] = [Buffer.byteLength(label), longestLabel[type]];
  if (length > most) {
    const reason = `Label [${label}] too long for filesystem [${type}]: ${length} > ${most} ('${node.name}')`;
    problem('label', reason, `choose a label of ${most} bytes or fewer`);
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
  { seed, report }: { readonly seed: string; readonly report: Report },
): string {
  if (type !== 'vfat') {
    if (node.uuid !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(node.uuid)) {
      const remedy = "write it like 'c2b7a0f5-6d0b-4a86-8d52-6f1c0d9a3e11', or leave it out";
      report({
        filesystem: node.name,
        key: 'uuid',
        reason: `'${node.name}': uuid '${node.uuid}' is no UUID`,
        remedy,
      });
    }
    return node.uuid?.toLowerCase() ?? derivedUuid(seed, `filesystem ${node.name}`);
  }
  const id = (node.uuid ?? derivedHex(seed, `filesystem ${node.name}`, 8)).replace('-', '').toUpperCase();
  if (!/^[0-9A-F]{8}$/.test(id)) {
    const reason = `'${node.name}': uuid '${node.uuid ?? ''}' is no volume id`;
    const remedy = 'a vfat uuid has eight hexadecimal digits, like 1A2B-3C4D';
    report({ filesystem: node.name, key: 'uuid', reason, remedy });
  }
  return `${id.slice(0, 4)}-${id.slice(4)}`;
}

/** Upstream's order: resize, Ubuntu 14.04's exception, one inode per 4 KiB and the journal's size, then the user's. */
function rootOptions(type: FilesystemType, root: RootDefaults): readonly string[] {
  const resize =
    root.maxOnlineResizeBlocks === undefined ? [] : ['-E', `resize=${root.maxOnlineResizeBlocks}`];
  const old = root.release === 'trusty' ? ['-O', '^metadata_csum'] : [];
  const ext4 = type === 'ext4' ? [...old, '-i', '4096', '-J', `size=${root.journalMebibytes}`] : [];
  return [...resize, ...ext4, ...root.options];
}
