import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Failure } from '../diagnostics/failure.ts';
import type { Result } from '../diagnostics/result.ts';
import { byteOrder } from '../util/byte-order.ts';
import { readElementFiles } from './element-files.ts';
import type { Element, ElementDeclarations, ElementFile } from './element.ts';
import { knownFolder } from './known-elements.ts';
import { parseNameList } from './name-list.ts';
import { noDeclarations, parseElementDeclarations } from './parse-element-declarations.ts';

/**
 * Reads an element's folder, once, into memory. What is read here is what the whole build sees.
 *
 * The element is named after the real folder, so a link to an element is that element. One without declarations gets those that
 * Kiln knows of elements of this name.
 *
 * @returns the element, or every file of it that cannot be read or understood.
 */
export function readElement(path: string): Result<Element> {
  let directory: string;
  try {
    directory = realpathSync(path);
  } catch (error) {
    return { ok: false, failures: [unreadable(path, path, error)] };
  }
  const name = basename(directory);
  const known = existsSync(join(directory, 'element.yaml')) ? undefined : knownFolder(name);
  const own = readElementFiles(directory);
  const lent = known === undefined ? { files: [], failures: [] } : readElementFiles(known);
  const failures = [...own.failures, ...lent.failures];
  const files = [...own.files, ...lent.files].toSorted((a, b) => byteOrder(a.path, b.path));
  const declarations = readDeclarations(name, known ?? directory);
  const problems = [...failures, ...(declarations.ok ? [] : declarations.failures)];
  if (!declarations.ok || problems.length > 0) return { ok: false, failures: problems };
  const element: Element = {
    name,
    directory,
    dependencies: nameList(files, 'element-deps'),
    provides: nameList(files, 'element-provides'),
    declarations: declarations.value,
    files,
  };
  return { ok: true, value: element, warnings: [] };
}

function nameList(files: readonly ElementFile[], path: string): readonly string[] {
  const file = files.find((it) => it.path === path && it.kind === 'file');
  return file === undefined ? [] : parseNameList(file.content.toString('utf8'));
}

function readDeclarations(element: string, directory: string): Result<ElementDeclarations> {
  const file = join(directory, 'element.yaml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { ok: true, value: noDeclarations, warnings: [] };
    return { ok: false, failures: [unreadable(directory, 'element.yaml', error)] };
  }
  return parseElementDeclarations({ element, file, text });
}

function unreadable(directory: string, file: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'element-unreadable', element: basename(directory), file, reason };
}
