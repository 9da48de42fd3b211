import { mkdir } from 'node:fs/promises';
import { startProcess } from '@kiln/engine/util/start-process.ts';
import { directoryReader } from './directory-reader.ts';
import type { LocatedFilesystem } from './located-filesystem.ts';
import type { TreeReader } from './tree-reader.ts';

/** A reader that holds something until it is closed. */
export interface OpenReader {
  readonly reader: TreeReader;
  readonly close: () => Promise<void>;
}

/** Without replaying the journal, and whatever other filesystem of the same UUID is mounted. */
const options: Readonly<Partial<Record<LocatedFilesystem['type'], string>>> = {
  xfs: 'norecovery,nouuid',
  btrfs: 'norecovery',
};

/** Mounts, says its own process number, and stays until its standard input closes. */
const script = 'mount -t "$1" -o "ro,loop,offset=$2,sizelimit=$3,$4" "$5" "$6"; echo $$; exec cat';

/**
 * Reads a filesystem that no program reads offline by letting the kernel mount it, read-only, in a mount namespace of
 * its own: the host's mount table stays as it is, and mount and loop device go with the process that holds them.
 *
 * @returns why it cannot be read: not root, or not in this kernel.
 */
export async function mountThroughKernel(
  filesystem: LocatedFilesystem,
  mountPoint: string,
): Promise<OpenReader | { readonly unreadable: string }> {
  const { type, sizeBytes } = filesystem;
  const { rawFile, offsetBytes } = filesystem.readFrom;
  const mountOptions = options[type];
  if (mountOptions === undefined) return { unreadable: `${type} holds no files that can be read` };
  if (process.getuid?.() !== 0) return { unreadable: `reading ${type} needs root` };
  await mkdir(mountPoint, { recursive: true });
  const place = [type, String(offsetBytes), String(sizeBytes), mountOptions, rawFile, mountPoint];
  const held = await startProcess('unshare', [
    '--mount',
    '--propagation=private',
    'sh',
    '-euc',
    script,
    'kiln-mount',
    ...place,
  ]);
  if ('refused' in held) return { unreadable: held.refused };
  return {
    reader: directoryReader(`/proc/${held.greeting.trim()}/root${mountPoint}`),
    close: held.release,
  };
}
