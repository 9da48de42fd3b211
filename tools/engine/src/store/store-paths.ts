import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../diagnostics/failure.ts';

/**
 * Where everything that Kiln keeps between builds lies, below one folder (`KILN_STORE`):
 *
 *     <root>/v1/content/   cacache: blobs by SHA-256 and an index from keys to blobs
 *     <root>/v1/proven/    one small file a blob: the size, times and inode at which its digest was last checked
 *     <root>/v1/caches/    package caches by name (plain files, linked into builds)
 *     <root>/v1/locks/     empty files, locked with flock(2) while a key is being made
 *     <root>/v1/work/      private folders of builds at work; one without a lock holder is swept
 *
 * `v1` is the format: another format is another folder, so that versions of Kiln share nothing by accident.
 */
export interface StorePaths {
  readonly content: string;
  readonly proven: string;
  readonly caches: string;
  readonly locks: string;
  readonly work: string;
}

/** Names the folders below a store's root and makes those that are missing. Fails with 'output-unwritable' where that cannot be. */
export async function prepareStorePaths(root: string, work?: string): Promise<StorePaths> {
  const base = join(root, 'v1');
  const paths: StorePaths = {
    content: join(base, 'content'),
    proven: join(base, 'proven'),
    caches: join(base, 'caches'),
    locks: join(base, 'locks'),
    work: work ?? join(base, 'work'),
  };
  for (const path of Object.values(paths)) {
    await makeFolder(path).catch((error: NodeJS.ErrnoException) => {
      const reason = reasons[error.code ?? ''];
      if (reason === undefined) throw error;
      fail({ code: 'output-unwritable', folder: path, reason });
    });
  }
  return paths;
}

/** With the folders above it. Node's own `recursive` never ends where no folder can be had, as below /proc. */
async function makeFolder(path: string, parent: 'to be made' | 'there' = 'to be made'): Promise<void> {
  await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && parent === 'to be made') {
      await makeFolder(dirname(path));
      return makeFolder(path, 'there');
    }
    if (error.code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'there is a file of that name',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'a file stands where a folder should be',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};
