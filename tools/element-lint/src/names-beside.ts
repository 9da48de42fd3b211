import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseNameList } from '@kiln/engine/elements/name-list.ts';

/** Names of all folders beside an element, its own included, and the names that they provide. */
export async function namesBeside(directory: string): Promise<ReadonlySet<string>> {
  const parent = dirname(directory);
  const names = new Set<string>();
  for (const entry of await readdir(parent, { withFileTypes: true })) {
    if (!entry.isDirectory() && !entry.isSymbolicLink()) continue;
    names.add(entry.name);
    const provides = await readFile(join(parent, entry.name, 'element-provides'), 'utf8').catch(() => '');
    for (const name of parseNameList(provides)) names.add(name);
  }
  return names;
}
