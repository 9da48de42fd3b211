import { join, posix } from 'node:path';
import type { Failure } from '../diagnostics/failure.ts';
import { phases } from '../util/phase.ts';
import type { Element, ElementFile } from './element.ts';
import { isHookName } from './order-hooks.ts';

const phaseFolders: ReadonlySet<string> = new Set(phases.map((phase) => `${phase}.d`));

/**
 * Warnings for files that were meant to be hooks and will be passed over in silence: not executable, or a dot
 * in the name.
 *
 * Elements also keep data beside their hooks, so a file counts as meant to be a hook when it is executable, begins
 * with `#!`, or has a hook's name that begins with a number.
 */
export function hooksThatWillNotRun(element: Element): readonly Failure[] {
  return element.files.filter(isInPhaseFolder).flatMap((file) => {
    const name = posix.basename(file.path);
    const executable = (file.mode & 0o111) !== 0;
    const wellNamed = isHookName(name);
    if ((executable && wellNamed) || !isMeantAsHook(file, name)) return [];
    const absolute = join(element.directory, file.path);
    const hook = file.path;
    const reasons = [
      ...(executable ? [] : ['it is not executable']),
      ...(wellNamed ? [] : [nameFault(name)]),
    ];
    const remedies = [
      ...(executable ? [] : [`chmod +x ${absolute}`]),
      ...(wellNamed ? [] : [`rename it to ${betterName(name)}`]),
    ];
    const failure: Failure = {
      code: 'hook-will-not-run',
      element: element.name,
      hook,
      reason: reasons.join(' and '),
      remedy: remedies.join(', and '),
      place: { file: absolute, line: 1, column: 1, length: 0 },
    };
    return [failure];
  });
}

function isInPhaseFolder(file: ElementFile): boolean {
  return phaseFolders.has(posix.dirname(file.path)) && !posix.basename(file.path).startsWith('.');
}

function isMeantAsHook(file: ElementFile, name: string): boolean {
  if (file.kind === 'symlink') return true;
  if ((file.mode & 0o111) !== 0 || file.content.subarray(0, 2).toString('latin1') === '#!') return true;
  return isHookName(name) && /^\d/.test(name);
}

function nameFault(name: string): string {
  return name.includes('.')
    ? 'its name has a dot'
    : 'its name has characters other than letters, digits, _ and -';
}

/** The name without what looks like a file extension, and with hyphens for what else is not allowed. */
function betterName(name: string): string {
  return name.replace(/\.(?:sh|bash|py)$/, '').replaceAll(/[^0-9A-Za-z_-]+/g, '-');
}
