import { utimes } from 'node:fs/promises';
import { ContentStore } from '../../src/store/content-store.ts';
import { blobPath, proofPath } from '../../src/store/blob-path.ts';
import { prepareStorePaths } from '../../src/store/store-paths.ts';
import type { Digest } from '../../src/fingerprint/digest.ts';
import { temporaryFolder } from '../elements/element-fixture.ts';

/** An empty store that is gone after the test. */
export async function temporaryStore(): Promise<ContentStore> {
  return new ContentStore(await prepareStorePaths(temporaryFolder()));
}

/** Stores a text under a key. */
export async function put(
  store: ContentStore,
  key: string,
  text: string,
  metadata: unknown = null,
): Promise<Digest> {
  return (await store.commitBytes(key, Buffer.from(text), metadata)).digest;
}

/** Makes a blob look as if it had not been used since. Milliseconds since 1970. */
export async function lastUsedAt(store: ContentStore, digest: Digest, at: number): Promise<void> {
  for (const path of [blobPath(store.paths, digest), proofPath(store.paths, digest)])
    await utimes(path, at / 1000, at / 1000);
}
