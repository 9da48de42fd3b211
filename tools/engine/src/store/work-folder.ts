import { mkdir, mkdtemp, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFile, tryLockFile } from './file-lock.ts';
import type { Runner } from '../util/runner.ts';

/** A private folder of one step at work; gone after `close`, and swept by a later build if this one is killed. */
export interface WorkFolder {
  readonly path: string;
  readonly close: () => Promise<void>;
}

/**
 * Makes a work folder `<parent>/step-XXXXXX/` with `lock` in it, locked for as long as its owner lives.
 * It gets that name once it is locked, so that a sweep never sees it unlocked.
 *
 * @param asRoot removes what hooks left with other owners.
 */
export async function openWorkFolder(parent: string, asRoot: Runner): Promise<WorkFolder> {
  await mkdir(parent, { recursive: true });
  const unlocked = await mkdtemp(join(parent, 'new-'));
  const lock = await lockFile(join(unlocked, 'lock'));
  const path = unlocked.replace(/new-(?=[^/]*$)/, 'step-');
  await rename(unlocked, path);
  return {
    path,
    close: async () => {
      await asRoot(['rm', '-rf', '--one-file-system', path]);
      await lock.release();
    },
  };
}

/** Removes the work folders whose owners died, and old files of theirs beside them. Folders in use are left alone. */
export async function sweepWorkFolders(parent: string, asRoot: Runner): Promise<number> {
  let swept = 0;
  for (const name of await readdir(parent).catch(() => [])) {
    const path = join(parent, name);
    const lock = name.startsWith('step-') ? await tryLockFile(join(path, 'lock')) : undefined;
    if (lock === undefined && !(await isForsaken(path, name))) continue;
    await asRoot(['rm', '-rf', '--one-file-system', path]);
    await lock?.release();
    swept += 1;
  }
  return swept;
}

/** What is written before it has a lock, or on its way into the store, lives for a moment; nobody waits for it after an hour. */
async function isForsaken(path: string, name: string): Promise<boolean> {
  if (name.startsWith('step-')) return false;
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && Date.now() - facts.mtimeMs > hourMs;
}

const hourMs = 60 * 60 * 1000;
