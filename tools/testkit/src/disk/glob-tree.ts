import { matchesGlob, join } from 'node:path/posix';
import type { DiskTree } from './open-tree.ts';
import { walkTree } from './walk-tree.ts';

const special = /[*?[{]/u;

/**
 * Finds the paths that a shell pattern matches: `*`, `?`, `[…]` within a name, `**` across names. Symlinked
 * directories on the way are followed, except below `**`.
 */
export async function globTree(tree: DiskTree, pattern: string): Promise<readonly string[]> {
  const segments = pattern.split('/').filter(Boolean);
  let paths: readonly string[] = ['/'];
  for (const [index, segment] of segments.entries()) {
    if (segment === '**') {
      const below = await Promise.all(paths.map((path) => walkTree(tree, path)));
      return below
        .flat()
        .map((entry) => entry.path)
        .filter((path) => matchesGlob(path, `/${segments.join('/')}`));
    }
    const next = await Promise.all(paths.map((path) => step(tree, path, segment)));
    paths = next.flat();
    if (paths.length === 0 || index === segments.length - 1) break;
  }
  return paths;
}

async function step(tree: DiskTree, directory: string, segment: string): Promise<readonly string[]> {
  if (!special.test(segment)) {
    const path = join(directory, segment);
    return (await tree.stat(path)) === undefined ? [] : [path];
  }
  const names = (await tree.list(directory)) ?? [];
  return names.filter((name) => matchesGlob(name, segment)).map((name) => join(directory, name));
}
