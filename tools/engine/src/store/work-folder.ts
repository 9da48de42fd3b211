import { mkdir, mkdtemp, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFile, tryLockFile } from './file-lock.ts';
import { isForsaken, scratchPath } from './scratch-path.ts';
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
  const unlocked = await mkdtemp(`${scratchPath(parent, 'new')}-`);
  const lock = await lockFile(join(unlocked, 'lock'));
  const path = join(parent, `step-${unlocked.slice(-6)}`);
  await rename(unlocked, path);
  return {
    path,
    close: async () => {
      await asRoot(['rm', '-rf', '--one-file-system', path]);
      await lock.release();
    },
  };
}

/** Removes the work folders whose owners died, and what else they had begun. Folders in use are left alone. */
export async function sweepWorkFolders(parent: string, asRoot: Runner): Promise<number> {
  let swept = 0;
  for (const name of await readdir(parent).catch(() => [])) {
    const path = join(parent, name);
    const mayLock = name.startsWith('step-');
    const lock = mayLock ? await tryLockFile(join(path, 'lock')) : undefined;
    if (mayLock ? lock === undefined : !isForsaken(path)) continue;
    await asRoot(['rm', '-rf', '--one-file-system', path]);
    await lock?.release();
    swept += 1;
  }
  return swept;
}
