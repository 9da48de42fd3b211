import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../fingerprint/digest.ts';
import type { ContentStore } from '../store/content-store.ts';
import { scratchPath } from '../store/scratch-path.ts';
import { byteOrder } from '../util/byte-order.ts';
import { withoutPassword } from '../util/without-password.ts';
import type { PackageFile } from './simple-page.ts';

/**
 * What Python package indexes were seen to offer, for use without them:
 *
 *     <store>/v1/caches/package-index/<SHA-256 of the indexes' addresses>/<project>.json
 *
 * Each holds the files of a project, as the indexes last told; the files themselves lie in the content store by digest. Written
 * whole, by rename; two builds at once write the same.
 */
export interface PackageListings {
  readonly write: (project: string, files: readonly PackageFile[]) => Promise<void>;
  /** All projects, in byte order. */
  readonly readAll: () => Promise<readonly (readonly [project: string, files: readonly PackageFile[]])[]>;
}

/** Opens the listings of some indexes, which count together and in their order. */
export function openPackageListings(store: ContentStore, indexes: readonly string[]): PackageListings {
  const { caches, work } = store.paths;
  const folder = join(caches, 'package-index', digestOf(indexes.map(withoutPassword).join('\n')));
  return {
    write: async (project, files) => {
      const file = join(folder, `${project}.json`);
      // Where a file is served may hold a password; offline nobody asks for it.
      const kept = files.map((file) => ({ ...file, url: '' }));
      const text = `${JSON.stringify(kept)}\n`;
      if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
      await mkdir(folder, { recursive: true });
      const part = scratchPath(work, 'listing');
      await writeFile(part, text);
      await rename(part, file);
    },
    readAll: async () => {
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
      const all: (readonly [string, readonly PackageFile[]])[] = [];
      for (const name of names.toSorted(byteOrder)) {
        const text = await readFile(join(folder, name), 'utf8');
        all.push([name.slice(0, -'.json'.length), JSON.parse(text) as readonly PackageFile[]]);
      }
      return all;
    },
  };
}
