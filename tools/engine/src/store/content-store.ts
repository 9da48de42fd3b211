import { chmod, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import cacache from 'cacache';
import { tellingFullDisk } from '../diagnostics/full-disk.ts';
import { digestFile, type Digest } from '../fingerprint/digest.ts';
import { blobPath, digestOfIntegrity, integrityOf, proofPath } from './blob-path.ts';
import { scratchPath } from './scratch-path.ts';
import type { StorePaths } from './store-paths.ts';

/** What the store knows under one key. */
export interface StoreEntry<M = unknown> {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch at which the entry was committed. */
  readonly committedAt: number;
  readonly metadata: M;
}

/**
 * Blobs by digest and an index of keys, on cacache.
 *
 * Commit: the blob is moved to its final name (rename in one file system), then the index line is appended; a crash
 * between the two leaves a blob without a key, which `gc` removes. Reading: a blob is hashed before it is used, unless
 * size, modification and change time and inode are those of the last check. A damaged blob is removed and reported
 * as missing, so its maker runs again. No lock is needed: equal keys give equal blobs.
 */
export class ContentStore {
  readonly paths: StorePaths;
  readonly #onDamage: (digest: Digest) => void;

  constructor(paths: StorePaths, onDamage: (digest: Digest) => void = () => {}) {
    this.paths = paths;
    this.#onDamage = onDamage;
  }

  /** What the index knows of a key. Its blob may be missing: `locate` tells. */
  async find<M>(key: string): Promise<StoreEntry<M> | undefined> {
    const info = await cacache.get.info(this.paths.content, key);
    if (!info?.integrity) return undefined;
    const digest = digestOfIntegrity(info.integrity);
    return { digest, sizeBytes: info.size ?? 0, committedAt: info.time, metadata: info.metadata as M };
  }

  /** Gives a blob that the store has another key. */
  async bind<M>(key: string, blob: Pick<StoreEntry, 'digest' | 'sizeBytes'>, metadata: M): Promise<void> {
    const { digest, sizeBytes: size } = blob;
    await cacache.index.insert(this.paths.content, key, integrityOf(digest), { size, metadata });
  }

  /** Path of a blob that was proven whole, or undefined when it is missing or damaged. Never write to that path. */
  async locate(digest: Digest): Promise<string | undefined> {
    const path = blobPath(this.paths, digest);
    const facts = await factsOf(path);
    if (facts === undefined) return undefined;
    const proof = await readFile(proofPath(this.paths, digest), 'utf8').catch(() => '');
    if (proof === facts) {
      await this.#markUsed(digest);
      return path;
    }
    if ((await digestFile(path)) === digest) {
      await this.#prove(digest, facts);
      return path;
    }
    await rm(path, { force: true });
    this.#onDamage(digest);
    return undefined;
  }

  /** Moves a finished file into the store and binds it to a key. The file must lie in the store's file system. */
  async commitFile<M>(key: string, file: string, metadata: M): Promise<StoreEntry<M>> {
    return this.#writing(() => this.#commit(key, file, metadata));
  }

  async #commit<M>(key: string, file: string, metadata: M): Promise<StoreEntry<M>> {
    const digest = await digestFile(file);
    const { size } = await stat(file);
    const path = blobPath(this.paths, digest);
    if ((await this.locate(digest)) === undefined) {
      await mkdir(dirname(path), { recursive: true });
      await chmod(file, 0o444);
      await rename(file, path);
      const facts = await factsOf(path);
      if (facts !== undefined) await this.#prove(digest, facts);
    } else {
      await rm(file, { force: true });
    }
    await cacache.index.insert(this.paths.content, key, integrityOf(digest), { size, metadata });
    return { digest, sizeBytes: size, committedAt: Date.now(), metadata };
  }

  /** Stores a small value under a key, with the value itself as its blob. */
  async commitBytes<M>(key: string, bytes: Buffer, metadata: M): Promise<StoreEntry<M>> {
    const scratch = scratchPath(this.paths.work, 'bytes');
    await this.#writing(() => writeFile(scratch, bytes)).catch(removing(scratch));
    return this.commitFile(key, scratch, metadata);
  }

  #writing<T>(body: () => Promise<T>): Promise<T> {
    return tellingFullDisk({ path: this.paths.content, doing: 'writing into the content store' }, body);
  }

  /** The time of a proof is that of the blob's last use, by which upkeep tells what nobody wants any more. */
  async #markUsed(digest: Digest): Promise<void> {
    const now = Date.now() / 1000;
    await utimes(proofPath(this.paths, digest), now, now).catch(() => {});
  }

  async #prove(digest: Digest, facts: string): Promise<void> {
    const scratch = `${proofPath(this.paths, digest)}.${process.pid}-${(scratches += 1)}`;
    await writeFile(scratch, facts).catch(removing(scratch));
    await rename(scratch, proofPath(this.paths, digest));
  }
}

/** For a file that could not be written whole: what there is of it goes. */
function removing(file: string): (error: unknown) => Promise<never> {
  return async (error) => {
    await rm(file, { force: true });
    throw error;
  };
}

/** Tells apart what the builds of one process write at once. */
let scratches = 0;

/** Size, times and inode in one line: while it stands, so does the content. */
async function factsOf(path: string): Promise<string | undefined> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined);
  if (facts === undefined) return undefined;
  return `${facts.size} ${facts.mtimeNs} ${facts.ctimeNs} ${facts.ino}`;
}
