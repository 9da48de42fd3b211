import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { readFully, writeFully } from '../../util/whole-pieces.ts';

/** Data of the disk that was not copied into its file: it still lies in a file of the tree. */
export interface DeferredData {
  /** Absolute; bytes, a character each (latin1). */
  readonly path: string;
  /** `<device>:<inode>` of stat(2). */
  readonly identity: string;
  readonly fileOffsetBytes: number;
  /** Of the disk. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Adds to a list of deferred data in a file: `<offset> <length> <offset in the file> <device>:<inode> <path>`, each ended by a NUL. */
export function appendDeferred(listFile: string, data: readonly DeferredData[]): void {
  const lines = data.map(
    ({ path, identity, fileOffsetBytes, offsetBytes, lengthBytes }) =>
      `${offsetBytes} ${lengthBytes} ${fileOffsetBytes} ${identity} ${path}\0`,
  );
  appendFileSync(listFile, Buffer.from(lines.join(''), 'latin1'), { mode: 0o600 });
}

/** Reads such a list; in ascending order of the disk. */
export function readDeferred(listFile: string): readonly DeferredData[] {
  const entries = readFileSync(listFile, 'latin1').split('\0').slice(0, -1);
  const data = entries.map((entry): DeferredData => {
    const words = entry.split(' ', 4);
    const [offset, length, fileOffset, identity = ''] = words;
    return {
      path: entry.slice(words.join(' ').length + 1),
      identity,
      fileOffsetBytes: Number(fileOffset),
      offsetBytes: Number(offset),
      lengthBytes: Number(length),
    };
  });
  return data.sort((left, right) => left.offsetBytes - right.offsetBytes);
}

/** The part of a piece that lies between two offsets of the disk. */
export function clipDeferred(piece: DeferredData, startBytes: number, endBytes: number): DeferredData {
  const offsetBytes = Math.max(piece.offsetBytes, startBytes);
  return {
    ...piece,
    fileOffsetBytes: piece.fileOffsetBytes + offsetBytes - piece.offsetBytes,
    offsetBytes,
    lengthBytes: Math.min(piece.offsetBytes + piece.lengthBytes, endBytes) - offsetBytes,
  };
}

const bufferBytes = 1 << 20;

/** Copies deferred data into an open disk file. */
export function copyDeferred(disk: number, data: readonly DeferredData[]): void {
  const buffer = Buffer.allocUnsafe(bufferBytes);
  for (const piece of data) {
    const file = openSync(Buffer.from(piece.path, 'latin1'), 'r');
    try {
      for (let done = 0; done < piece.lengthBytes;) {
        const wanted = Math.min(bufferBytes, piece.lengthBytes - done);
        const read = readFully(file, buffer.subarray(0, wanted), piece.fileOffsetBytes + done);
        if (read === 0) break;
        writeFully(disk, buffer.subarray(0, read), piece.offsetBytes + done);
        done += read;
      }
    } finally {
      closeSync(file);
    }
  }
}
