import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** SHA-256 in lower-case hexadecimal: of bytes in the content store, or of a file. */
export type Digest = string & { readonly digest: unique symbol };

/** SHA-256, in lower-case hexadecimal, of the canonical form of a key record. */
export type Key = string & { readonly key: unique symbol };

/** Digest of a value held in memory. */
export function digestOf(content: string | Uint8Array): Digest {
  return createHash('sha256').update(content).digest('hex') as Digest;
}

/** Digest of a file's bytes, read as a stream. Throws what the file system throws. */
export async function digestFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex') as Digest;
}
