import { digestFile, type Digest } from '../fingerprint/digest.ts';
import { blobPath } from './blob-path.ts';
import { describeBlob, listBlobs, listEntries, removeBlob } from './list-store.ts';
import type { StorePaths } from './store-paths.ts';

/** Whether everything in a store is what its name says. */
export interface StoreVerification {
  readonly checkedBlobs: number;
  readonly checkedBytes: number;
  /** Blobs with other bytes than their digest says. They are removed, so that what needs them makes them again. */
  readonly damaged: readonly { readonly digest: Digest; readonly keys: readonly string[] }[];
  /** Keys that lead nowhere. Harmless: what they stand for is made again. */
  readonly keysWithoutBlob: readonly string[];
}

/** Reads every blob of a store and compares it with its digest, whatever was proven before; removes the damaged ones. */
export async function verifyStore(
  paths: StorePaths,
  onBlob: (checkedBytes: number, totalBytes: number) => void = () => {},
): Promise<StoreVerification> {
  const entries = await listEntries(paths);
  const blobs = await listBlobs(paths);
  const totalBytes = blobs.reduce((total, blob) => total + blob.sizeBytes, 0);
  const damaged: { digest: Digest; keys: readonly string[] }[] = [];
  let checkedBytes = 0;
  for (const { digest, sizeBytes } of blobs) {
    const found = await digestFile(blobPath(paths, digest)).catch(() => 'unreadable');
    if (found !== digest && (await describeBlob(paths, digest)) !== undefined) {
      const keys = entries.filter((entry) => entry.digest === digest).map((entry) => entry.key);
      damaged.push({ digest, keys });
      await removeBlob(paths, digest);
    }
    checkedBytes += sizeBytes;
    onBlob(checkedBytes, totalBytes);
  }
  const present = new Set(blobs.map((blob) => blob.digest));
  return {
    checkedBlobs: blobs.length,
    checkedBytes,
    damaged,
    keysWithoutBlob: entries.filter((entry) => !present.has(entry.digest)).map((entry) => entry.key),
  };
}
