import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementRelations } from './expand-elements.ts';
import { parseNameList } from './name-list.ts';

/**
 * Reads only what an element says about other elements: `element-deps` and `element-provides`.
 *
 * For graphs of many elements, and for hints. A file that is missing or cannot be read counts as empty;
 * `readElement` is the one that complains.
 */
export function readElementRelations(directory: string): ElementRelations {
  return {
    dependencies: readNameList(join(directory, 'element-deps')),
    provides: readNameList(join(directory, 'element-provides')),
  };
}

/** The elements of an index (name to folder) that provide a name. */
export function providersOf(name: string, index: ReadonlyMap<string, string>): readonly string[] {
  return [...index].flatMap(([element, directory]) =>
    readElementRelations(directory).provides.includes(name) ? [element] : [],
  );
}

function readNameList(file: string): readonly string[] {
  try {
    return parseNameList(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}
