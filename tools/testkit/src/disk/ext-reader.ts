import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { gatherRequests } from './gather-requests.ts';
import { parseDebugfsListing, parseFastLink, splitDebugfsOutput, type ExtEntry } from './parse-debugfs.ts';
import type { TreeReader } from './tree-reader.ts';

/** Where an ext filesystem lies, and where its files may be unpacked for reading. */
export interface ExtLocation {
  /** A raw disk image whose path holds no `?`. */
  readonly rawFile: string;
  readonly offsetBytes: number;
  /** Private folder for what debugfs dumps. */
  readonly scratchDirectory: string;
}

const rootInode = 2;
const longestFastLink = 59;

/**
 * Reads an ext2, ext3 or ext4 filesystem through debugfs, without root and without mounting it.
 *
 * Files are addressed by inode, never by name, so no name needs quoting. All that is asked for in one turn of the
 * event loop goes into one debugfs process: a level of the tree costs as much as one file.
 */
export function extReader(location: ExtLocation, run: Runner): TreeReader {
  const device = `${location.rawFile}?offset=${location.offsetBytes}`;
  const directories = new Map<string, Promise<ReadonlyMap<string, ExtEntry> | undefined>>();
  let batches = 0;

  const ask = gatherRequests<string, string>(async (requests) => {
    const distinct = [...new Set(requests)];
    const { stdout } = await run(['debugfs', '-f', '-', device], { input: `${distinct.join('\n')}\n` });
    const parts = splitDebugfsOutput(stdout, distinct);
    const byRequest = new Map(distinct.map((request, index) => [request, parts[index] ?? '']));
    return requests.map((request) => byRequest.get(request) ?? '');
  });

  const inodeOf = async (path: string): Promise<ExtEntry | undefined> =>
    (await listed(posix.dirname(path)))?.get(posix.basename(path));

  const listed = (path: string): Promise<ReadonlyMap<string, ExtEntry> | undefined> => {
    const before = directories.get(path);
    if (before !== undefined) return before;
    const reading = (async () => {
      const entry = path === '/' ? { inode: rootInode, kind: 'directory' } : await inodeOf(path);
      if (entry?.kind !== 'directory') return undefined;
      return parseDebugfsListing(await ask(`ls -p <${entry.inode}>`));
    })();
    directories.set(path, reading);
    return reading;
  };

  const dump = async (entry: ExtEntry): Promise<Buffer> => {
    batches += 1;
    const file = join(location.scratchDirectory, `${batches}-${entry.inode}`);
    await mkdir(location.scratchDirectory, { recursive: true });
    await ask(`dump <${entry.inode}> "${file.replaceAll('"', '""')}"`);
    const content = await readFile(file);
    await rm(file, { force: true });
    return content;
  };

  const existing = async (path: string): Promise<ExtEntry> => {
    const entry = await inodeOf(path);
    if (entry === undefined) throw new RangeError(`${path} is not in the filesystem`);
    return entry;
  };

  return {
    list: listed,
    readFile: async (path) => dump(await existing(path)),
    readLink: async (path) => {
      const entry = await existing(path);
      const short =
        entry.sizeBytes <= longestFastLink ? parseFastLink(await ask(`stat <${entry.inode}>`)) : undefined;
      return short ?? (await dump(entry)).toString('utf8');
    },
  };
}
