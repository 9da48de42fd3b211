import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult } from '@kiln/engine/util/run-command.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';
import type { LocatedFilesystem } from './located-filesystem.ts';
import type { OpenDiskImage } from './open-disk-image.ts';

/** What the filesystem's own checker said. `output` holds its last lines where it found something. */
export type FilesystemHealth =
  | { readonly state: 'clean' }
  | { readonly state: 'damaged'; readonly output: string }
  | { readonly state: 'unchecked'; readonly reason: string };

/** Checkers that know no offset, in their read-only mode; the partition's copy is their last word. */
const checkers: Readonly<Partial<Record<LocatedFilesystem['type'], readonly [string, ...string[]]>>> = {
  vfat: ['fsck.vfat', '-n'],
  xfs: ['xfs_repair', '-n', '-f'],
  btrfs: ['btrfs', 'check', '--readonly'],
};

/** Runs the checker of one filesystem in its read-only mode, at its offset in the disk or on a copy. */
export async function checkFilesystem(
  image: OpenDiskImage,
  filesystem: LocatedFilesystem,
  run: Runner,
): Promise<FilesystemHealth> {
  const { type, sizeBytes } = filesystem;
  const { rawFile, offsetBytes } = filesystem.readFrom;
  if (type.startsWith('ext')) {
    const device = `${rawFile}?offset=${offsetBytes}`;
    return judge(await run(['e2fsck', '-fn', device], { allowFailure: true }));
  }
  const checker = checkers[type];
  if (checker === undefined) return { state: 'unchecked', reason: `no offline checker for ${type}` };
  const copy = join(image.scratchDirectory, `partition-${offsetBytes}${filesystem.volume?.name ?? ''}.raw`);
  const source = `driver=raw,offset=${offsetBytes},size=${sizeBytes},file.driver=file,file.filename=${rawFile}`;
  try {
    // Qemu-img copies no holes.
    await run(['qemu-img', 'convert', '--image-opts', source, '-O', 'raw', copy]);
    return judge(await run([...checker, copy], { allowFailure: true }));
  } finally {
    await rm(copy, { force: true });
  }
}

function judge(result: CommandResult): FilesystemHealth {
  if (result.exitCode === 0) return { state: 'clean' };
  if (result.exitCode === undefined) return { state: 'unchecked', reason: result.status };
  const output = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-6).join('\n');
  return { state: 'damaged', output };
}
