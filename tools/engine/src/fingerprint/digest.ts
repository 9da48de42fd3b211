import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** SHA-256 in lower-case hexadecimal: of bytes in the content store, or of a file. */
export type Digest = string & { readonly digest: unique symbol };

/** SHA-256, in lower-case hexadecimal, of the canonical form of a key record. */
export type Key = string & { readonly key: unique symbol };

/** Digest of a value held in memory. */
export function digestOf(content: string | Uint8Array): Digest {
  return createHash('sha256').update(content).digest('hex') as Digest;
}

/** Digest of a file's bytes, read in pieces. Throws what the file system throws. */
export async function digestFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    // One buffer for all of it: a stream takes a new one for each piece, and of those the collector gets to work.
    const buffer = Buffer.allocUnsafeSlow(1 << 20);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex') as Digest;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
