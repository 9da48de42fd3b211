import { type Stats, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Element } from '../elements/element.ts';
import { mentionedVariables } from '../elements/mentioned-variables.ts';
import { isSecretName, secretDigest } from '../elements/secret-variables.ts';
import { selectEnvironment } from '../elements/select-environment.ts';
import { digestFile, digestOf } from '../fingerprint/digest.ts';
import { tooMuchToRead } from '../plan/named-files.ts';
import { byteOrder } from '../util/byte-order.ts';

/**
 * Digests of the files and folders of the host that variables name, by `$NAME`: of every variable that the elements mention and the
 * user set to absolute paths or `file://` addresses, one or several, and of those that elements declare as `host-files`.
 *
 * Elements take keys, settings and base images in this way, and a path alone says nothing of what is there.
 */
export async function readNamedFiles(
  elements: readonly Element[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, string>>> {
  const declared = declaredNames(elements);
  const secrets = elements.flatMap(({ declarations }) => declarations.secrets);
  const mentioned = selectEnvironment(variables, mentionedVariables(elements));
  const facts: Record<string, string> = {};
  const names = new Set([...declared, ...Object.keys(mentioned)]);
  for (const name of [...names].filter((it) => !knownOtherwise.test(it))) {
    const digests: string[] = [];
    for (const path of pathsIn(variables[name] ?? '')) {
      const found = statOf(path);
      if (found?.isFile() === true) digests.push(await digestOfFile(path, found));
      else if (found?.isDirectory() === true) digests.push(await digestOfFolder(path));
    }
    const [first = 'absent', ...more] = digests;
    let fact: string | undefined;
    if (digests.includes(tooMuchToRead)) fact = tooMuchToRead;
    else if (more.length > 0) fact = digestOf(digests.join('\n'));
    else if (digests.length > 0 || declared.has(name)) fact = first;
    // A short password is soon guessed from the digest of its file.
    const isGuessable = digests.length > 0 && isSecretName(name, secrets);
    if (fact !== undefined) facts[`$${name}`] = isGuessable ? secretDigest(name, fact) : fact;
  }
  return facts;
}

/** Variables of which hooks never see the user's value, and those of source repositories, of which the lock has the commit or the digest. */
const knownOtherwise =
  /^(?:ELEMENTS_PATH|DIB_IMAGE_CACHE|DIB_LOCKFILES|TARGET_ROOT|DIB_GITREPOBASE|(?:TMP|KILN|DIB_REPOLOCATION)_\w+)$/;

function declaredNames(elements: readonly Element[]): ReadonlySet<string> {
  const files = elements.flatMap(({ declarations }) => declarations.hostFiles);
  return new Set(files.flatMap((file) => (file.startsWith('$') ? [file.slice(1)] : [])));
}

/** The value as a path, or the words of it that are paths. */
function pathsIn(value: string): readonly string[] {
  const whole = pathOf(value);
  if (whole !== undefined && statOf(whole) !== undefined) return [whole];
  return value.split(/[\s,]+/).flatMap((word) => pathOf(word) ?? []);
}

function pathOf(word: string): string | undefined {
  if (!word.startsWith('file://')) return isAbsolute(word) ? word : undefined;
  try {
    return fileURLToPath(word);
  } catch {
    return undefined;
  }
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

/** Of a folder no more is read than takes a moment. */
const mostFiles = 2000;
const mostBytes = 64 << 20;

async function digestOfFile(path: string, { size, mtimeMs }: Stats): Promise<string> {
  if (size > largeBytes) return `${size} bytes of ${new Date(mtimeMs).toISOString()}`;
  return digestFile(path).catch(() => 'unreadable');
}

async function digestOfFolder(folder: string): Promise<string> {
  const files: (readonly [path: string, stat: Stats])[] = [];
  let bytes = 0;
  const folders = [folder];
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    for (const entry of await readdir(current, { withFileTypes: true }).catch(() => [])) {
      const path = join(current, entry.name);
      const stat = entry.isDirectory() ? undefined : statOf(path);
      if (entry.isDirectory()) folders.push(path);
      if (stat?.isFile() !== true) continue;
      files.push([path, stat]);
      bytes += stat.size;
    }
    if (files.length + folders.length > mostFiles || bytes > mostBytes) return tooMuchToRead;
  }
  const lines: string[] = [];
  for (const [path, stat] of files)
    lines.push(
      `${path.slice(folder.length + 1)} ${(stat.mode & 0o111) !== 0} ${await digestOfFile(path, stat)}`,
    );
  return digestOf(lines.toSorted(byteOrder).join('\n'));
}
