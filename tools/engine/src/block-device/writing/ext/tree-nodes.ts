import { InternalError } from '../../../util/internal-error.ts';
import type { BlockRun } from './block-map.ts';
import { encodeAttributes, type EncodedAttributes } from './encode-attributes.ts';
import type { DirectoryName } from './encode-directory.ts';
import type { ListedEntry } from './list-tree.ts';

/** Something that gets an inode. */
export interface TreeNode {
  /** As it is listed by its first name. */
  readonly entry: ListedEntry;
  readonly kind: 'folder' | 'file' | 'link' | 'device' | 'other';
  readonly inode: number;
  readonly links: number;
  readonly attributes: EncodedAttributes;
  /** Of a folder: what is in it, '.' and '..' first. */
  readonly names: readonly DirectoryName[];
  /** Of a folder that is there before the filesystem is filled: what it has. */
  readonly blocksBefore: readonly BlockRun[];
}

/** A folder that mke2fs made. */
export interface FolderBefore {
  readonly inode: number;
  readonly blocks: readonly BlockRun[];
}

/** What is known of the tree's place before it is numbered. */
export interface TreeNumbering {
  /** By path: the top, and lost+found. */
  readonly foldersBefore: ReadonlyMap<string, FolderBefore>;
  readonly firstFreeInode: number;
  /** Bytes of an inode for extended attributes. */
  readonly attributeRoom: number;
  /** Time of a lost+found that the tree does not have. */
  readonly epochSeconds: number;
}

/** Beyond it Linux says 1, and counts no more. */
const mostFolderLinks = 65000;

/**
 * Numbers the entries of a tree, in their order, and gathers what is in each folder.
 *
 * @param entries with folders before what is in them.
 * @returns in ascending order of inodes, lost+found among them; undefined where the attributes of an entry cannot be kept.
 */
export function numberTree(
  entries: readonly ListedEntry[],
  numbering: TreeNumbering,
): readonly TreeNode[] | undefined {
  const nodes: Draft[] = [];
  const folders = new Map<string, Draft>();
  const linked = new Map<string, Draft>();
  let free = numbering.firstFreeInode;
  for (const entry of withLostAndFound(entries, numbering.epochSeconds)) {
    const hasNames = entry.links > 1 && kindOf(entry.mode) !== 'folder';
    let node = hasNames ? linked.get(entry.identity) : undefined;
    if (node === undefined) {
      const attributes = encodeAttributes(entry.attributes, numbering.attributeRoom);
      if (attributes === undefined) return undefined;
      const before = numbering.foldersBefore.get(entry.path);
      node = startNode(entry, attributes, before ?? { inode: free, blocks: [] });
      if (before === undefined) free += 1;
      nodes.push(node);
      if (hasNames) linked.set(entry.identity, node);
    }
    addToFolder(entry, node, folders);
  }
  for (const folder of folders.values()) if (folder.links > mostFolderLinks) folder.links = 1;
  return nodes.sort((left, right) => left.inode - right.inode);
}

type Draft = Omit<TreeNode, 'links' | 'names'> & { links: number; readonly names: DirectoryName[] };

function startNode(entry: ListedEntry, attributes: EncodedAttributes, before: FolderBefore): Draft {
  const { inode, blocks: blocksBefore } = before;
  return { entry, kind: kindOf(entry.mode), inode, blocksBefore, attributes, links: 0, names: [] };
}

function addToFolder(entry: ListedEntry, node: Draft, folders: Map<string, Draft>): void {
  const slash = entry.path.lastIndexOf('/');
  const parent = entry.path === '' ? node : folders.get(slash === -1 ? '' : entry.path.slice(0, slash));
  if (parent === undefined) throw new InternalError(`no folder was listed before '${entry.path}'`);
  const { inode } = node;
  const { mode } = entry;
  if (entry.path !== '') {
    parent.names.push({ name: entry.path.slice(slash + 1), inode, mode });
    node.links += 1;
  }
  if (node.kind !== 'folder') return;
  folders.set(entry.path, node);
  node.names.push({ name: '.', inode, mode });
  node.names.push({ name: '..', inode: parent.inode, mode: parent.entry.mode });
  node.links += 1;
  parent.links += 1;
}

const kinds: Readonly<Record<number, TreeNode['kind']>> = {
  0o100000: 'file',
  0o040000: 'folder',
  0o120000: 'link',
  0o020000: 'device',
  0o060000: 'device',
};

function kindOf(mode: number): TreeNode['kind'] {
  return kinds[mode & 0o170000] ?? 'other';
}

export const lostAndFound = 'lost+found';

/** Every ext4 filesystem has the folder, whether or not the tree does. */
function withLostAndFound(entries: readonly ListedEntry[], epochSeconds: number): readonly ListedEntry[] {
  if (entries.some(({ path }) => path === lostAndFound)) return entries;
  const made: ListedEntry = {
    path: lostAndFound,
    mode: 0o040700,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    takenBytes: 0,
    modifiedSeconds: epochSeconds,
    links: 2,
    identity: '',
    device: { major: 0, minor: 0 },
    target: '',
    attributes: [],
  };
  return [...entries, made];
}
