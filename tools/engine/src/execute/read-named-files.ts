import { type Stats, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Element } from '../elements/element.ts';
import { mentionedVariables } from '../elements/mentioned-variables.ts';
import { selectEnvironment } from '../elements/select-environment.ts';
import { digestFile, digestOf } from '../fingerprint/digest.ts';
import { byteOrder } from '../util/byte-order.ts';

/**
 * Digests of the files of the host that variables name, by `$NAME`: of every variable that the elements mention and the user set to
 * the absolute path of a file, and of those that elements declare as `host-files`, folders too.
 *
 * Elements take keys, settings and base images in this way, and a path alone says nothing of what is there.
 */
export async function readNamedFiles(
  elements: readonly Element[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, string>>> {
  const declared = declaredNames(elements);
  const mentioned = selectEnvironment(variables, mentionedVariables(elements));
  const facts: Record<string, string> = {};
  for (const name of new Set([...declared, ...Object.keys(mentioned)])) {
    const path = variables[name] ?? '';
    const found = isAbsolute(path) ? statOf(path) : undefined;
    if (found?.isFile() === true) facts[`$${name}`] = await digestOfFile(path, found);
    else if (declared.has(name)) facts[`$${name}`] = await digestOfFolder(path, found);
  }
  return facts;
}

function declaredNames(elements: readonly Element[]): ReadonlySet<string> {
  const files = elements.flatMap(({ declarations }) => declarations.hostFiles);
  return new Set(files.flatMap((file) => (file.startsWith('$') ? [file.slice(1)] : [])));
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // What we may not look into, or a file on the way where a folder should be.
    return undefined;
  }
}

/** Of a base image, which may be large, size and time must do: reading it would cost seconds at every build. */
const largeBytes = 64 << 20;

async function digestOfFile(path: string, { size, mtimeMs }: Stats): Promise<string> {
  if (size > largeBytes) return `${size} bytes of ${new Date(mtimeMs).toISOString()}`;
  return digestFile(path).catch(() => 'unreadable');
}

async function digestOfFolder(path: string, found: Stats | undefined): Promise<string> {
  if (found?.isDirectory() !== true) return 'absent';
  const lines: string[] = [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const stat = statOf(file);
    if (stat?.isFile() === true)
      lines.push(`${file.slice(path.length + 1)} ${await digestOfFile(file, stat)}`);
  }
  return digestOf(lines.toSorted(byteOrder).join('\n'));
}
