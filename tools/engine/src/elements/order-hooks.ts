import { posix } from 'node:path';
import { byteOrder } from '../util/byte-order.ts';
import type { Phase } from '../util/phase.ts';
import type { HookFile } from './merge-hooks.ts';

const hookName = /^[0-9A-Za-z_-]+$/;

/** Whether `dib-run-parts` would run a file of this name: letters, digits, `_` and `-`, so nothing with a dot. */
export function isHookName(name: string): boolean {
  return hookName.test(name);
}

/**
 * Order in which `dib-run-parts` runs hooks (`sort -n` under `LC_ALL=C`): by the integer at the beginning of
 * the name, which may be negative and is 0 where there is none, then by the bytes of the whole name. For
 * `toSorted`.
 */
export function hookOrder(left: string, right: string): number {
  const [a, b] = [leadingInteger(left), leadingInteger(right)];
  if (a !== b) return a < b ? -1 : 1;
  return byteOrder(left, right);
}

/**
 * The hooks of one phase in the order in which they run.
 *
 * A hook is a file, or a link to one, directly in `<phase>.d`, executable, with a hook's name. Other files
 * there are data or mistakes (`hooksThatWillNotRun` tells of those). A link with an absolute target counts as a
 * hook: only the place where it runs can tell.
 */
export function hooksOfPhase(files: readonly HookFile[], phase: Phase): readonly HookFile[] {
  return scriptsIn(files, `${phase}.d`);
}

/** The same for any folder at the top of the hooks directory. */
export function scriptsIn(files: readonly HookFile[], folder: string): readonly HookFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files
    .filter((file) => posix.dirname(file.path) === folder && isHookName(posix.basename(file.path)))
    .filter((file) => isExecutable(file, byPath))
    .toSorted((a, b) => hookOrder(posix.basename(a.path), posix.basename(b.path)));
}

function isExecutable(file: HookFile, byPath: ReadonlyMap<string, HookFile>): boolean {
  let current: HookFile | undefined = file;
  // As many links as the kernel would follow.
  for (let followed = 0; followed <= 40 && current !== undefined; followed += 1) {
    if (current.kind === 'file') return (current.mode & 0o111) !== 0;
    const target = current.content.toString('utf8');
    if (target.startsWith('/')) return true;
    current = byPath.get(posix.normalize(posix.join(posix.dirname(current.path), target)));
  }
  return false;
}

function leadingInteger(name: string): bigint {
  const match = /^(-?)(\d+)/.exec(name);
  if (match === null) return 0n;
  const magnitude = BigInt(match[2] ?? '0');
  return match[1] === '-' ? -magnitude : magnitude;
}
