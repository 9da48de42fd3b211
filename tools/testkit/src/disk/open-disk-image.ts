import { mkdir, mkdtemp, open, realpath, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { openFileSource, type ByteSource } from './byte-source.ts';
import { type DiskImageFormat, identifyDiskFormat, identifyingBytes } from './identify-disk-format.ts';
import { parseQcow2Header, type Qcow2Header } from './qcow2-header.ts';

/** A disk image opened for reading, whatever its format. Close it: all but a raw image was unpacked into a temporary file. */
export interface OpenDiskImage {
  /** Real path of the image. */
  readonly file: string;
  readonly format: DiskImageFormat;
  /** Undefined for images of other formats. */
  readonly qcow2: Qcow2Header | undefined;
  /** Size of the file itself, as far as it occupies the disk. */
  readonly allocatedBytes: number;
  /** The disk's bytes as a plain file, under a path that debugfs and mtools can take. */
  readonly rawFile: string;
  readonly source: ByteSource;
  /** Private folder, removed by `close`. */
  readonly scratchDirectory: string;
  readonly close: () => Promise<void>;
}

export interface OpenDiskImageRequest {
  readonly file: string;
  readonly run: Runner;
  /** Where to unpack; the system's folder for temporary files unless said. */
  readonly temporaryDirectory?: string | undefined;
}

/**
 * Opens a disk image by path. All but a raw one becomes a sparse raw copy, since debugfs, e2fsck and mtools want
 * a plain file; a raw image is read where it lies, through a symlink.
 *
 * Throws a BuildFailure 'artifact-unreadable' for a file that is absent, or that needs a backing file: such an image
 * is no artifact, and following its reference would read files of the host.
 */
export async function openDiskImage(request: OpenDiskImageRequest): Promise<OpenDiskImage> {
  const { file, run } = request;
  const { qcow2, format, allocatedBytes } = await identifyImage(file);

  const parent = request.temporaryDirectory ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const scratchDirectory = await mkdtemp(join(await realpath(parent), 'kiln-disk-'));
  const rawFile = join(scratchDirectory, 'disk.raw');
  const discard = () => rm(scratchDirectory, { recursive: true, force: true });
  try {
    const origin = await realpath(file);
    if (format === 'raw') await symlink(origin, rawFile);
    else await run(['qemu-img', 'convert', '-f', format, '-O', 'raw', '-W', '-m', '4', origin, rawFile]);
    const source = await openFileSource(rawFile);
    return {
      file: origin,
      format,
      qcow2,
      allocatedBytes,
      rawFile,
      source,
      scratchDirectory,
      close: async () => {
        await source.close();
        await discard();
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** What the head of an image file says. Anything that has no signature counts as raw. */
export async function identifyImage(
  file: string,
): Promise<Pick<OpenDiskImage, 'format' | 'qcow2' | 'allocatedBytes'>> {
  const unreadable = (reason: string): never => fail({ code: 'artifact-unreadable', file, reason });
  const stats = await stat(file).catch((error: Error) => unreadable(error.message));
  if (!stats.isFile()) unreadable('it is not a file');
  const head = await readHead(file);
  const qcow2 = parseQcow2Header(head);
  const other = identifyDiskFormat(head);
  const missing = qcow2 === undefined ? other.needs : qcow2.needs[0];
  if (missing !== undefined) unreadable(`it cannot be read without its ${missing}`);
  const format = qcow2 === undefined ? other.format : 'qcow2';
  return { format, qcow2, allocatedBytes: stats.blocks * 512 };
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(identifyingBytes), 0, identifyingBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
