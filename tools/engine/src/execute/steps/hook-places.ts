import { sandboxPaths } from '../../plan/hook-environment.ts';
import { aptFolder, programsFolder } from '../../plan/visible-files.ts';
import { chrootPhases, type Phase } from '../../util/phase.ts';
import { hostPath } from '../../util/run-command.ts';

/** Where the hooks directory stands inside the target root while chroot hooks run. */
export const insideTarget = '/tmp/in_target.d';

/** `$PATH` stands there literally, as in diskimage-builder, whose quoting never expands it. */
const chrootPath = '$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where host hooks find programs. `sudo`, and what is lent to elements, come before the host's own. */
export const hostHookPath = `${sandboxPaths.programs}:${sandboxPaths.hooks}/${programsFolder}:${hostPath}`;

/** Where hooks of a phase find programs. */
export function programPathOf(phase: Phase): string {
  return chrootPhases.has(phase) ? chrootPath : hostHookPath;
}

/** Variables by which programs that hooks of a phase call find what is lent to them, where the hooks directory has it. */
export function variablesOfLent(
  phase: Phase,
  files: readonly { readonly path: string }[],
): Readonly<Record<string, string>> {
  const path = `${aptFolder}/apt.conf`;
  const isLent = chrootPhases.has(phase) && files.some((file) => file.path === path);
  return isLent ? { APT_CONFIG: `${insideTarget}/${path}` } : {};
}

/** Where hooks of a phase find the hooks directory. */
export function hooksFolderOf(phase: Phase): string {
  return chrootPhases.has(phase) ? insideTarget : sandboxPaths.hooks;
}

/** Words that run a command in the root and the working directory of a phase's hooks. */
export function rootOf(phase: Phase): readonly [string, ...string[]] {
  return rootOn(chrootPhases.has(phase) ? 'chroot' : 'host');
}

/** The same by the side of the chroot. */
export function rootOn(side: 'chroot' | 'host'): readonly [string, ...string[]] {
  return side === 'chroot' ? ['chroot', sandboxPaths.targetRoot] : ['env', '-C', sandboxPaths.outputs];
}
