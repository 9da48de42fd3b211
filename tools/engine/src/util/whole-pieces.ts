import { readSync, writeSync } from 'node:fs';

/** Reads from an open file until the buffer is full or the file ends, and returns how much that was. */
export function readFully(file: number, buffer: Uint8Array, offsetBytes: number): number {
  let done = 0;
  while (done < buffer.length) {
    const read = readSync(file, buffer, done, buffer.length - done, offsetBytes + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** Writes all of the bytes at a place of an open file. */
export function writeFully(file: number, bytes: Uint8Array, offsetBytes: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, offsetBytes + done);
  }
}
