import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import { openDisk } from '@kiln/testkit';
import { createHostRunner } from '@kiln/testkit/host/host-runner.ts';
import { walkTree } from '@kiln/testkit/disk/walk-tree.ts';
import { comparedFiles, type ComparedTree } from './compared-tree.ts';

const atOnce = 200;

/** The files of a qcow2 or raw disk, read without root. Close it: a qcow2 disk is unpacked for as long. */
export async function openDiskTree(file: string): Promise<
  ComparedTree & {
    readonly readFile: (path: string) => Promise<Buffer | undefined>;
    readonly close: () => Promise<void>;
  }
> {
  const disk = await openDisk({ file, run: createHostRunner() });
  const { tree, reader } = disk;
  const entries = await walkTree(tree, '/');
  const links = entries.filter(({ kind }) => kind === 'symlink').map(({ path }) => path);
  const targets = new Map<string, string>();
  for (let start = 0; start < links.length; start += atOnce) {
    const some = links.slice(start, start + atOnce);
    const read = await Promise.all(some.map((path) => reader.readLink(path)));
    for (const [index, target] of read.entries()) targets.set(some[index] ?? '', target);
  }
  const listed = entries.map((entry) => ({
    ...entry,
    sizeBytes: entry.kind === 'file' ? entry.sizeBytes : 0,
    target: targets.get(entry.path) ?? '',
  }));
  return {
    files: comparedFiles(listed),
    digests: async (paths) => {
      const digests = new Map<string, string>();
      for (let start = 0; start < paths.length; start += atOnce) {
        const some = paths.slice(start, start + atOnce);
        const contents = await Promise.all(some.map((path) => reader.readFile(path)));
        for (const [index, content] of contents.entries()) digests.set(some[index] ?? '', digestOf(content));
      }
      return digests;
    },
    readFile: (path) => tree.readFile(path),
    close: disk.close,
  };
}
