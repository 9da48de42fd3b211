import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hookFolders } from './phase-folders.ts';
import { type ShellLine, shellLines } from './shell-lines.ts';

/** A file of an element, as the rules see it. */
export interface LintFile {
  /** Relative to the element's folder, with slashes. */
  readonly path: string;
  /** First part of the path where the file lies in a folder: `install.d`, `bin`, `static`. */
  readonly folder: string | undefined;
  readonly name: string;
  /** Directly in the folder of a phase, where diskimage-builder looks for hooks. */
  readonly isHookCandidate: boolean;
  readonly isExecutable: boolean;
  readonly isSymlink: boolean;
  /** Undefined for a binary file and for a link that leads nowhere. */
  readonly text: string | undefined;
  /** `#!` line without the `#!`, undefined where there is none. */
  readonly shebang: string | undefined;
  /** Code lines for shell scripts and files that bash sources, empty for all others. */
  readonly shell: readonly ShellLine[];
}

/** An element read from disk, files in byte order of their paths. */
export interface ElementFolder {
  readonly name: string;
  readonly directory: string;
  readonly folders: readonly string[];
  readonly files: readonly LintFile[];
}

const ignoredFolders: ReadonlySet<string> = new Set([
  'tests',
  'test-elements',
  '__pycache__',
  'node_modules',
]);

/** Reads an element for linting; tests and caches are left out. Throws what the file system throws. */
export async function readElementFolder(directory: string): Promise<ElementFolder> {
  const entries = await readdir(directory, { withFileTypes: true });
  const folders = entries
    .filter((it) => it.isDirectory() && !ignoredFolders.has(it.name))
    .map((it) => it.name);
  const files: LintFile[] = [];
  await readInto(files, directory, '');
  return {
    name: basename(directory),
    directory,
    folders: folders.toSorted(),
    files: files.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
  };
}

async function readInto(files: LintFile[], directory: string, below: string): Promise<void> {
  for (const entry of await readdir(join(directory, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!ignoredFolders.has(entry.name)) await readInto(files, directory, path);
    } else if (entry.isFile() || entry.isSymbolicLink()) {
      files.push(await readLintFile(directory, path));
    }
  }
}

/** Reads one file of an element's folder. `path` is relative to it, with slashes. Throws what the file system throws. */
export async function readLintFile(directory: string, path: string): Promise<LintFile> {
  const isSymlink = (await lstat(join(directory, path))).isSymbolicLink();
  const parts = path.split('/');
  const folder = parts.length > 1 ? parts[0] : undefined;
  const name = basename(path);
  const text = await textOf(join(directory, path), isSymlink);
  const shebang = text?.startsWith('#!') ? text.slice(2).split('\n', 1)[0] : undefined;
  const isShell = /\b(ba|da)?sh\b/.test(shebang ?? '') || folder === 'environment.d';
  return {
    path,
    folder,
    name,
    isHookCandidate: parts.length === 2 && folder !== undefined && hookFolders.has(folder),
    isExecutable: isSymlink ? true : ((await stat(join(directory, path))).mode & 0o111) !== 0,
    isSymlink,
    text,
    shebang,
    shell: isShell && text !== undefined ? shellLines(text) : [],
  };
}

async function textOf(path: string, isSymlink: boolean): Promise<string | undefined> {
  // The file behind a link is linted where it lies.
  if (isSymlink) return void (await readlink(path));
  const content = await readFile(path);
  return content.includes(0) ? undefined : content.toString();
}
