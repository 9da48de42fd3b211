import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Fsck.vfat knows no offset, so the partition is copied out. */
async function checkVfat(
  image: OpenDiskImage,
  filesystem: LocatedFilesystem,
  run: Runner,
): Promise<FilesystemHealth> {
  const copy = join(image.scratchDirectory, `vfat-${filesystem.offsetBytes}.raw`);
  try {
    if (filesystem.offsetBytes === 0) await copyFile(image.rawFile, copy);
    else
      await run([
        'dd',
        `if=${image.rawFile}`,
        `of=${copy}`,
        'bs=1M',
        'conv=sparse',
        'status=none',
        ...range(filesystem),
      ]);
    return judge(await run(['fsck.vfat', '-n', copy], { allowFailure: true }));
  } finally {
    await rm(copy, { force: true });
  }
}

function range(filesystem: LocatedFilesystem): readonly string[] {
  return ['iflag=skip_bytes,count_bytes', `skip=${filesystem.offsetBytes}`, `count=${filesystem.sizeBytes}`];
}

function judge(result: {
  readonly exitCode: number | undefined;
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
}): FilesystemHealth {
  if (result.exitCode === 0) return { state: 'clean' };
  if (result.exitCode === undefined) return { state: 'unchecked', reason: result.status };
  const output = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-6).join('\n');
  return { state: 'damaged', output };
}
