import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Runner } from '@kiln/engine/util/runner.ts';
import type { TreeEntry, TreeReader } from './tree-reader.ts';

/** Mtools checks the geometry of floppies by default, and takes offence at partitions. */
const environment = { MTOOLS_SKIP_CHECK: '1', MTOOLS_NO_VFAT: '0', LC_ALL: 'C' };

/** Where a vfat filesystem lies in a raw disk image, and where its files may be unpacked for reading. */
export interface VfatLocation {
  readonly rawFile: string;
  readonly offsetBytes: number;
  readonly scratchDirectory: string;
}

/** Reads a vfat filesystem through mtools. Names keep their spelling, and are looked up by it. */
export function vfatReader(location: VfatLocation, run: Runner): TreeReader {
  const drive = `${location.rawFile}@@${location.offsetBytes}`;
  let listing: Promise<ReadonlyMap<string, ReadonlyMap<string, TreeEntry>>> | undefined;
  let copies = 0;
  const readListing = async () => {
    const { stdout } = await run(['mdir', '-a', '-/', '-i', drive, '::'], { env: environment });
    return parseMdir(stdout);
  };
  return {
    list: async (directory) => {
      listing ??= readListing();
      return (await listing).get(directory);
    },
    readFile: async (path) => {
      copies += 1;
      const copy = join(location.scratchDirectory, `${copies}.copy`);
      await mkdir(location.scratchDirectory, { recursive: true });
      await run(['mcopy', '-n', '-i', drive, `::${path}`, copy], { env: environment });
      const content = await readFile(copy);
      await rm(copy, { force: true });
      return content;
    },
    readLink: async (path) => {
      throw new RangeError(`${path}: vfat has no symlinks`);
    },
  };
}

const directoryLine = /^Directory for ::(?<path>\/.*)$/u;
const entryLine =
  /^(?<short>.{8}) (?<suffix>.{3}) +(?<size><DIR>|[\d ]+) +\d{4}-\d\d-\d\d +\d{1,2}:\d\d *(?<long>.*)$/u;

/** Parses `mdir -a -/`: a heading and a table for each directory. A name without a long form is shown upper-case. */
export function parseMdir(output: string): ReadonlyMap<string, ReadonlyMap<string, TreeEntry>> {
  const directories = new Map<string, Map<string, TreeEntry>>();
  let current: Map<string, TreeEntry> | undefined;
  for (const line of output.split('\n')) {
    const heading = directoryLine.exec(line)?.groups?.['path'];
    if (heading !== undefined) {
      current = new Map();
      directories.set(posix.resolve(heading), current);
      continue;
    }
    const groups = entryLine.exec(line)?.groups;
    if (groups === undefined || current === undefined) continue;
    const suffix = groups['suffix']?.trim() ?? '';
    const short = `${groups['short']?.trim() ?? ''}${suffix === '' ? '' : `.${suffix}`}`;
    const name = groups['long']?.trim() || short;
    if (name === '.' || name === '..' || name === '') continue;
    const isDirectory = groups['size'] === '<DIR>';
    current.set(name, {
      kind: isDirectory ? 'directory' : 'file',
      mode: 0o755,
      uid: 0,
      gid: 0,
      sizeBytes: isDirectory ? 0 : Number((groups['size'] ?? '').replaceAll(' ', '')),
    });
  }
  return directories;
}
