import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { basename, join, posix } from 'node:path';
import { BuildFailure, type Failure, fail } from '../diagnostics/failure.ts';
import { digestOf } from '../fingerprint/digest.ts';
import { byteOrder } from '../util/byte-order.ts';
import type { ElementFile } from './element.ts';

const leftOutAtTop = /^(?:tests|test-elements|README.*|verify\.yaml|element\.yaml)$/;
const leftOutAnywhere = /^(?:__pycache__|\.git|\.DS_Store)$|\.pyc$|~$|^\..*\.sw.$/;

/**
 * Whether a path of an element's folder is part of the element.
 *
 * Tests, README files, checks and `element.yaml` say something about an element and are not seen by its hooks;
 * compiled Python, repositories and what editors leave behind are no part of it either.
 */
export function isPartOfElement(path: string): boolean {
  const names = path.split('/');
  return !leftOutAtTop.test(names[0] ?? '') && !names.some((name) => leftOutAnywhere.test(name));
}

/**
 * Reads the files of one element, in byte order of their paths.
 *
 * Modes are taken as git keeps them (0755 where the owner may execute, 0644 otherwise), so that two checkouts
 * under different umasks give one key. Links stay links, with two exceptions: a link at the top of the folder
 * that leads to a folder is read as that folder, as diskimage-builder does, and a relative link to a file
 * outside of the element is read as that file, because the copy that hooks see has nothing around it.
 *
 * @returns the files, and a failure for each entry that cannot be read or changed meanwhile.
 */
export function readElementFiles(directory: string): {
  readonly files: readonly ElementFile[];
  readonly failures: readonly Failure[];
} {
  const files: ElementFile[] = [];
  const failures: Failure[] = [];
  visitElement(directory, {
    file: (path, kind) =>
      files.push(kind === 'symlink' ? readLink(directory, path) : readFile(directory, path)),
    unreadable: (path, error) => failures.push(...failuresOf(error, directory, path)),
  });
  return { files: files.toSorted((a, b) => byteOrder(a.path, b.path)), failures };
}

/**
 * Tells the state of an element without reading what is in its files: kind, mode, size and times of each that `readElementFiles`
 * reads, and of `element.yaml`. While the state is the same, reading gives the same.
 */
export function signElement(directory: string): string {
  const states: string[] = [`element.yaml ${fileState(join(directory, 'element.yaml'))}`];
  const unreadable = (path: string, error: unknown) => void states.push(`${path} ${String(error)}`);
  try {
    visitElement(directory, {
      file: (path, kind) => states.push(`${path} ${kind} ${fileState(join(directory, path), kind)}`),
      unreadable,
    });
  } catch (error) {
    unreadable(directory, error);
  }
  return digestOf(states.join('\n'));
}

/** What changes when a file does, of a link itself or of what it leads to. The kernel's change time is kept by no copying. */
export function fileState(path: string, kind: 'file' | 'symlink' = 'file'): string {
  const stat = (kind === 'symlink' ? lstatSync : statSync)(path, { throwIfNoEntry: false });
  return stat === undefined
    ? 'absent'
    : `${stat.mode} ${stat.size} ${stat.ino} ${stat.ctimeMs} ${stat.mtimeMs}`;
}

interface ElementVisitor {
  readonly file: (path: string, kind: 'file' | 'symlink') => void;
  readonly unreadable: (path: string, error: unknown) => void;
}

/** Walks what is part of an element. Throws where its folder itself cannot be read; what `file` throws is told to `unreadable`. */
function visitElement(directory: string, visitor: ElementVisitor): void {
  const visit = (below: string): void => {
    for (const entry of readdirSync(join(directory, below))) {
      const path = posix.join(below, entry);
      if (!isPartOfElement(path)) continue;
      try {
        const kind = kindOf(directory, path);
        if (kind === 'directory') visit(path);
        else visitor.file(path, kind);
      } catch (error) {
        visitor.unreadable(path, error);
      }
    }
  };
  visit('');
}

function kindOf(directory: string, path: string): 'file' | 'directory' | 'symlink' {
  const absolute = join(directory, path);
  const stat = lstatSync(absolute);
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (!stat.isSymbolicLink()) throw new Error('neither a file, nor a folder, nor a symbolic link');
  const behind = statSync(absolute, { throwIfNoEntry: false });
  const atTop = !path.includes('/');
  if (atTop && behind?.isDirectory() === true) return 'directory';
  return behind?.isFile() === true && leavesElement(path, readlinkSync(absolute)) ? 'file' : 'symlink';
}

/** Absolute links are meant for the image or the host, whatever stands there now. */
function leavesElement(path: string, target: string): boolean {
  return (
    !target.startsWith('/') && posix.normalize(posix.join(posix.dirname(path), target)).startsWith('../')
  );
}

function readLink(directory: string, path: string): ElementFile {
  const content = readlinkSync(join(directory, path), { encoding: 'buffer' });
  return { path, mode: 0o777, kind: 'symlink', digest: digestOf(content), content };
}

function readFile(directory: string, path: string): ElementFile {
  const descriptor = openSync(join(directory, path), 'r');
  try {
    const before = fstatSync(descriptor, { bigint: true });
    const content = readFileSync(descriptor);
    const after = fstatSync(descriptor, { bigint: true });
    if (before.mtimeNs !== after.mtimeNs || BigInt(content.length) !== after.size) {
      fail({ code: 'element-changed-during-build', file: join(directory, path) });
    }
    const mode = (before.mode & 0o100n) === 0n ? 0o644 : 0o755;
    return { path, mode, kind: 'file', digest: digestOf(content), content };
  } finally {
    closeSync(descriptor);
  }
}

function failuresOf(error: unknown, directory: string, path: string): readonly Failure[] {
  if (error instanceof BuildFailure) return error.failures;
  const reason = error instanceof Error ? error.message : String(error);
  return [{ code: 'element-unreadable', element: basename(directory), file: path, reason }];
}
