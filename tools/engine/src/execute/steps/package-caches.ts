import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheMount } from '../../plan/build-plan.ts';
import { sandboxRoot, type Sandbox } from '../../sandbox/open-sandbox.ts';

/**
 * Gives the target root a private copy of each package cache, made of hard links, and keeps new files afterwards.
 *
 * Package managers lock their cache folder; with a folder of its own no build waits for another. New files go
 * back by hard link under their own names, which either succeeds or finds the file there: nothing is half-written.
 * Links cannot cross mounts, so both folders are named as the host sees them, not below `/run/kiln`.
 */
export async function mountPackageCaches(
  sandbox: Sandbox,
  folders: { readonly shared: string; readonly work: string },
  caches: readonly CacheMount[],
): Promise<{ readonly keep: () => Promise<void> }> {
  const mounts = caches.map((cache) => ({
    shared: join(folders.shared, cache.name),
    copy: join(folders.work, 'caches', cache.name),
    target:
      cache.place === 'image cache'
        ? `${sandboxRoot}/image-cache/${cache.path}`
        : `${sandboxRoot}/mnt${cache.path}`,
  }));
  for (const { shared, copy, target } of mounts) {
    // A cache that is mounted in two places is one copy.
    await mkdir(shared, { recursive: true });
    await sandbox.run(['bash', '--norc', '-c', mountScript, 'kiln-cache', shared, copy, target]);
  }
  return {
    keep: async () => {
      for (const { shared, copy } of mounts) {
        await sandbox.run(['bash', '--norc', '-c', keepScript, 'kiln-cache', shared, copy]);
      }
    },
  };
}

/** What root wrote into a shared cache belongs to whose cache it is. */
const giveBack = `[ "$(stat --format=%u "$1")" = 0 ] || chown --recursive --no-dereference --reference="$1" "$1"`;

/**
 * Gives the files of a shared cache, in which hooks write directly, to the owner of its folder.
 *
 * @param store may lie in that folder: there, builds at work have trees with owners of their own.
 */
export async function giveCacheBack(sandbox: Sandbox, folder: string, store: string): Promise<void> {
  await sandbox.run(['bash', '--norc', '-c', giveAllBack, 'kiln-cache', folder, store]);
}

const giveAllBack = `[ "$(stat --format=%u "$1")" = 0 ] ||
  find "$1" -path "$2" -prune -o -user 0 -exec chown --no-dereference --reference="$1" {} +`;

const mountScript = `set -eu
[ -d "$2" ] || { mkdir -p "$2"; cp -al "$1/." "$2/"; }
mkdir -p "$3"
mount --bind "$2" "$3"`;

/** Locks and partial downloads stay behind. */
const keepScript = `set -eu
cd "$2"
find . -type f -links 1 ! -path '*/partial/*' ! -name lock -print0 |
  xargs -0 -r cp --no-clobber --link --parents --target-directory="$1"
${giveBack}`;
