import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult } from '@kiln/engine/util/run-command.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';
import type { LocatedFilesystem } from './inspect-disk.ts';
import type { OpenDiskImage } from './open-disk-image.ts';

/** What the filesystem's own checker said. `output` holds its last lines where it found something. */
export type FilesystemHealth =
  | { readonly state: 'clean' }
  | { readonly state: 'damaged'; readonly output: string }
  | { readonly state: 'unchecked'; readonly reason: string };

/** Runs the checker of one filesystem in its read-only mode, at its offset in the disk. */
export async function checkFilesystem(
  image: OpenDiskImage,
  filesystem: LocatedFilesystem,
  run: Runner,
): Promise<FilesystemHealth> {
  if (filesystem.type.startsWith('ext')) {
    const device = `${image.rawFile}?offset=${filesystem.offsetBytes}`;
    return judge(await run(['e2fsck', '-fn', device], { allowFailure: true }));
  }
  if (filesystem.type === 'vfat') return checkVfat(image, filesystem, run);
  return { state: 'unchecked', reason: `no offline checker for ${filesystem.type}` };
}

/** Fsck.vfat knows no offset, so the partition is copied out; qemu-img copies no holes. */
async function checkVfat(
  image: OpenDiskImage,
  filesystem: LocatedFilesystem,
  run: Runner,
): Promise<FilesystemHealth> {
  const { offsetBytes, sizeBytes } = filesystem;
  const copy = join(image.scratchDirectory, `vfat-${offsetBytes}.raw`);
  const source = `driver=raw,offset=${offsetBytes},size=${sizeBytes},file.driver=file,file.filename=${image.rawFile}`;
  try {
    await run(['qemu-img', 'convert', '--image-opts', source, '-O', 'raw', copy]);
    return judge(await run(['fsck.vfat', '-n', copy], { allowFailure: true }));
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
