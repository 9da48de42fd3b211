import { open } from 'node:fs/promises';

/** Random access to the bytes of a disk. Reads beyond the end give fewer bytes than asked. */
export interface ByteSource {
  readonly sizeBytes: number;
  readonly read: (offsetBytes: number, lengthBytes: number) => Promise<Buffer>;
}

/** A source over bytes held in memory. */
export function bufferSource(bytes: Buffer): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, Math.max(offset, offset + length)),
  };
}

/** A source over a raw image file, to be closed by the caller. Throws what the file system throws. */
export async function openFileSource(
  file: string,
): Promise<ByteSource & { readonly close: () => Promise<void> }> {
  const handle = await open(file, 'r');
  const { size } = await handle.stat();
  return {
    sizeBytes: size,
    read: async (offset, length) => {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const buffer = Buffer.alloc(wanted);
      let filled = 0;
      while (filled < wanted) {
        const { bytesRead } = await handle.read(buffer, filled, wanted - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    close: () => handle.close(),
  };
}
