import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import { type LintFile, readLintFile } from '../element-folder.ts';

/** A file with the path under which it is told of. */
export interface NamedLintFile {
  /** The folder as it was given, and the path below it. */
  readonly shown: string;
  readonly file: LintFile;
}

/** All files below a folder, tests included and links not, in byte order; none where there is no such folder. */
export async function listLintFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length).replace(/^\/+/, ''))
    .toSorted(byteOrder);
}

/** Reads a file below a folder of elements: the first part of its path is the element's. */
export async function readNamedLintFile(
  directory: string,
  path: string,
  shownDirectory: string,
): Promise<NamedLintFile> {
  const slash = path.indexOf('/');
  const element = slash === -1 ? '' : path.slice(0, slash);
  const file = await readLintFile(join(directory, element), path.slice(slash + 1));
  return { shown: `${shownDirectory}/${path}`, file };
}
