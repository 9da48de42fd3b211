import type { Runner } from '../../util/runner.ts';
import { runWriting } from '../../diagnostics/run-writing.ts';
import type { DiskSegment } from '../disk-layout.ts';
import type { DiskPiece } from './encode-partition-table.ts';

/** Writes pieces into an existing disk file, through the runner, since only it may be allowed to. */
export async function writePieces(
  run: Runner,
  diskFile: string,
  pieces: readonly DiskPiece[],
): Promise<void> {
  for (const { offsetBytes, bytes } of pieces) {
    const command = [
      'dd',
      `of=${diskFile}`,
      'bs=64K',
      `seek=${offsetBytes}`,
      'oflag=seek_bytes',
      'iflag=fullblock',
      'conv=notrunc',
      'status=none',
    ] as const;
    await runWriting(run, command, { input: bytes, target: diskFile, doing: 'writing the disk' });
  }
}

/** Reads a few bytes of a file through the runner; as text on the way, since a runner returns text. */
export async function readPiece(
  run: Runner,
  file: string,
  { offsetBytes, lengthBytes }: { readonly offsetBytes: number; readonly lengthBytes: number },
): Promise<Buffer> {
  const result = await run([
    'od',
    '-An',
    '-v',
    '-tx1',
    '-j',
    String(offsetBytes),
    '-N',
    String(lengthBytes),
    file,
  ]);
  return Buffer.from(result.stdout.replace(/\s/g, ''), 'hex');
}

/** Copies a file to the segments of the disk that it is to lie on, one after the other; its zeros stay holes of the disk. */
export async function copyToSegments(
  run: Runner,
  copy: { readonly file: string; readonly diskFile: string; readonly segments: readonly DiskSegment[] },
): Promise<void> {
  let doneBytes = 0;
  for (const { offsetBytes, sizeBytes } of copy.segments) {
    const from = [`if=${copy.file}`, `skip=${doneBytes}`, `count=${sizeBytes}`];
    const to = [`of=${copy.diskFile}`, `seek=${offsetBytes}`, 'oflag=seek_bytes', 'conv=notrunc,sparse'];
    const command = ['dd', ...from, ...to, 'iflag=skip_bytes,count_bytes', 'bs=64K', 'status=none'] as const;
    await runWriting(run, command, { target: copy.diskFile, doing: 'writing the disk' });
    doneBytes += sizeBytes;
  }
}
