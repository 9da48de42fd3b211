import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Digest } from '../fingerprint/digest.ts';
import type { StorePaths } from './store-paths.ts';

/** cacache writes blobs only through streams, which copies them; its path function lets a finished file be moved in. */
const contentPath = createRequire(import.meta.url)('cacache/lib/content/path.js') as (
  cache: string,
  integrity: string,
) => string;

/** Where a blob lies: `content/content-v2/sha256/ab/cd/ef…`. */
export function blobPath(paths: StorePaths, digest: Digest): string {
  return contentPath(paths.content, integrityOf(digest));
}

/** Where all blobs lie. */
export function blobFolder(paths: StorePaths): string {
  return join(blobPath(paths, '0'.repeat(64) as Digest), '../../..');
}

/** The note on when a blob was last found whole; its time is that of the blob's last use. */
export function proofPath(paths: StorePaths, digest: Digest): string {
  return join(paths.proven, digest);
}

/** A digest as cacache writes it (Subresource Integrity, W3C). */
export function integrityOf(digest: Digest): string {
  return `sha256-${Buffer.from(digest, 'hex').toString('base64')}`;
}

/** The way back. */
export function digestOfIntegrity(integrity: string): Digest {
  return Buffer.from(integrity.slice('sha256-'.length), 'base64').toString('hex') as Digest;
}
