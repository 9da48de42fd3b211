import { readFully, writeFully } from '../../../util/whole-pieces.ts';

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
      readFully(file, bytes, offsetBytes + at);
      return bytes;
    },
    write: (at, bytes) => writeFully(file, bytes, offsetBytes + at),
  };
}
