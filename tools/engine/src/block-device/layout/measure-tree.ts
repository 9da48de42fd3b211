import { InternalError } from '../../util/internal-error.ts';
import type { Runner } from '../../util/runner.ts';
import type { TreeSize } from './filesystem-need.ts';

/** What a tree takes on an ext filesystem, and the parts of it that lie below each of the given mount points. */
export interface TreeMeasure extends TreeSize {
  /** By mount point; a file counts for the nearest one above it only. */
  readonly subtrees: ReadonlyMap<string, TreeSize>;
}

const blockBytes = 4096;

/**
 * Measures a tree as `du` would on ext4 with blocks of 4 KiB, whatever filesystem it lies on (compressed ones tell less), without what is
 * mounted below it. Hard links count once; a link's text of up to 59 bytes lies in its inode.
 *
 * A sparse file (lastlog) counts with what it takes.
 *
 * @param mountPoints of filesystems other than the root, as absolute paths in the image.
 */
export async function measureTree(
  run: Runner,
  treeDirectory: string,
  mountPoints: readonly string[],
): Promise<TreeMeasure> {
  const format = '%y %s %b %n %D:%i %p\\0';
  const { stdout } = await run(['find', '.', '-xdev', '-printf', format], { cwd: treeDirectory });
  const below = new Map(mountPoints.map((mountPoint) => [mountPoint, { bytes: 0, inodes: 0 }]));
  const longestFirst = [...mountPoints].sort((left, right) => right.length - left.length);
  const whole = { bytes: 0, inodes: 0 };
  const linked = new Set<string>();
  const nameBytes = new Map<string, number>();
  const ownerOf = (path: string) => {
    const owner = longestFirst.find((mountPoint) => path.startsWith(`.${mountPoint}/`));
    return owner === undefined ? undefined : below.get(owner);
  };
  const add = (path: string, size: TreeSize) => {
    for (const sum of [whole, ownerOf(path)]) {
      if (sum === undefined) continue;
      sum.bytes += size.bytes;
      sum.inodes += size.inodes;
    }
  };
  for (const entry of stdout.split('\0')) {
    if (entry === '') continue;
    const { kind, path, links, identity, bytes } = parseEntry(entry);
    const directory = path.replace(/\/[^/]*$/, '');
    const entryBytes = 8 + Math.ceil(Buffer.byteLength(path.slice(directory.length + 1)) / 4) * 4;
    nameBytes.set(directory, (nameBytes.get(directory) ?? 0) + entryBytes);
    if (kind !== 'd' && links > 1 && linked.has(identity)) continue;
    if (links > 1) linked.add(identity);
    add(path, { bytes, inodes: 1 });
  }
  for (const [directory, bytes] of nameBytes) {
    const more = Math.max(0, Math.ceil(bytes / blockBytes) - 1) * blockBytes;
    if (more > 0) add(`${directory}/`, { bytes: more, inodes: 0 });
  }
  return { ...whole, subtrees: below };
}

function parseEntry(entry: string) {
  const match = /^(\S) (\d+) (\d+) (\d+) (\S+) ([^]*)$/.exec(entry);
  if (match === null) throw new InternalError(`find printed '${entry}'`);
  const kind = match[1] ?? '';
  const sizeBytes = Number(match[2]);
  const takenBytes = Number(match[3]) * 512;
  return {
    kind,
    links: Number(match[4]),
    identity: match[5] ?? '',
    path: match[6] ?? '',
    bytes: entryBytes(kind, sizeBytes, takenBytes),
  };
}

function entryBytes(kind: string, sizeBytes: number, takenBytes: number): number {
  if (kind === 'd') return blockBytes;
  if (kind === 'l') return sizeBytes < 60 ? 0 : blockBytes;
  if (kind !== 'f') return 0;
  const counted = isSparse(sizeBytes, takenBytes) ? takenBytes : sizeBytes;
  return Math.ceil(counted / blockBytes) * blockBytes;
}

/** Whether a file is sparse, wherever it lies: compression alone does not make so little of it. */
export function isSparse(sizeBytes: number, takenBytes: number): boolean {
  return sizeBytes > 2 ** 20 && takenBytes * 100 < sizeBytes;
}
