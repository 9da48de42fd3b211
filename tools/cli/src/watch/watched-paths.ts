import { basename, dirname, join, relative } from 'node:path';
import { isPartOfElement } from '@kiln/engine/elements/element-files.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import { lockFileOf, type Workspace } from '../app/workspace.ts';

/** What an image depends on: its own folder, and those of its elements, outside of the workspace too. */
export function watchedPaths(
  workspace: Workspace,
  name: string,
  image: ResolvedImage | undefined,
): readonly string[] {
  const own = join(workspace.root, 'images', name);
  // While the definition cannot be resolved, what mends it may be in any element.
  if (image === undefined) return [own, ...workspace.elementPath];
  return [own, ...image.elements.map((element) => element.directory)];
}

/**
 * Whether a path may change what is built. READMEs, tests and checks of elements do not; nor does the lock, which the build itself
 * writes and `kiln lock` refreshes in its own time.
 */
export function countsForBuild(
  path: string,
  folders: ReadonlySet<string>,
  workspace: Workspace,
  name: string,
): boolean {
  if (path === lockFileOf(workspace, name)) return false;
  const folder = folderAround(path, folders);
  if (folder === undefined || path === folder) return true;
  const inside = relative(folder, path);
  return inside === 'element.yaml' || isPartOfElement(inside);
}

function folderAround(path: string, folders: ReadonlySet<string>): string | undefined {
  for (let folder = path; ; folder = dirname(folder)) {
    if (folders.has(folder)) return folder;
    if (basename(folder) === '' || dirname(folder) === folder) return undefined;
  }
}
