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
      await remove(path, { parent, asRoot });
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
    await remove(path, { parent, asRoot });
    await lock?.release();
    swept += 1;
  }
  return swept;
}

/** The raw disk of a step or of an artifact, in its work folder. */
export const rawDiskName = 'disk.raw';

/** Loop devices go by themselves, but for one that a killed process had just made: nothing held it yet. */
const removeScript = `set -eu
if [ -e "$1/${rawDiskName}" ]; then
  losetup --noheadings --output NAME --associated "$1/${rawDiskName}" | xargs -r -n 1 losetup --detach
fi
rm -rf --one-file-system "$1"`;

interface RemovalPlace {
  readonly parent: string;
  readonly asRoot: Runner;
}

/** Under a name that no other sweep locks: it would make the lock's file anew as soon as that is removed, inside the folder. */
async function remove(path: string, { parent, asRoot }: RemovalPlace): Promise<void> {
  const condemned = scratchPath(parent, 'gone');
  const renamed = await rename(path, condemned).then(
    () => true,
    () => false,
  );
  await asRoot(['sh', '-c', removeScript, 'kiln-remove', renamed ? condemned : path]);
}
