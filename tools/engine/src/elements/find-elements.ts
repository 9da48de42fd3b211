import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Failure } from '../diagnostics/failure.ts';
import type { Result } from '../diagnostics/result.ts';
import { byteOrder } from '../util/byte-order.ts';

/**
 * All elements of an element path by name; where two folders of the path have one of the same name, the earlier
 * wins.
 *
 * Every sub-folder is an element, hidden ones aside. A link counts under the name of the folder behind it; within
 * one entry of the path a real folder goes before a link. Reads names only, no file.
 *
 * @param elementPath folders in the order in which they are searched.
 * @returns name to the real path of the element's folder, in byte order of the names; or each entry that is no folder.
 */
export function findElements(elementPath: readonly string[]): Result<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const failures: Failure[] = [];
  for (const entry of elementPath) {
    if (!isDirectory(entry)) {
      failures.push({ code: 'element-path-not-a-directory', entry });
      continue;
    }
    for (const directory of elementFolders(realpathSync(entry))) {
      const name = basename(directory);
      if (!found.has(name)) found.set(name, directory);
    }
  }
  if (failures.length > 0) return { ok: false, failures };
  return { ok: true, value: new Map([...found].toSorted(([a], [b]) => byteOrder(a, b))), warnings: [] };
}

function elementFolders(root: string): string[] {
  const entries = readdirSync(root, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('.'));
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
  const linked = entries
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(root, entry.name))
    .toSorted(byteOrder)
    .filter(isDirectory)
    .map((link) => realpathSync(link));
  return [...folders, ...linked];
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // A link that leads to itself, or a folder that we may not enter.
    return false;
  }
}
