import { readSync, writeSync } from 'node:fs';

/** A filesystem inside an open disk file; offsets count from its start. */
export interface ExtDisk {
  readonly read: (offsetBytes: number, lengthBytes: number) => Buffer;
  readonly write: (offsetBytes: number, bytes: Uint8Array) => void;
}

/** @param file descriptor, open for reading and writing. */
export function openExtDisk(file: number, offsetBytes: number): ExtDisk {
  return {
    read: (at, lengthBytes) => {
      const bytes = Buffer.alloc(lengthBytes);
      for (let done = 0; done < lengthBytes;) {
        const read = readSync(file, bytes, done, lengthBytes - done, offsetBytes + at + done);
        if (read === 0) break;
        done += read;
      }
      return bytes;
    },
    write: (at, bytes) => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(file, bytes, done, bytes.length - done, offsetBytes + at + done);
      }
    },
  };
}
