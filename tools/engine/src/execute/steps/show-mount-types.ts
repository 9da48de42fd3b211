import { chrootDevices, type NamedDevice } from '../../block-device/device-names.ts';
import type { HookFile } from '../../elements/merge-hooks.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { sandboxRoot, type Sandbox } from '../../sandbox/open-sandbox.ts';
import { chrootPhases, type Phase } from '../../util/phase.ts';

/**
 * Runs a hook with a mount table in which the overlays that stand for filesystems of the disk have those filesystems' types, if the hook
 * reads `/proc/mounts`. The kernel says `overlay`, and no mount option changes that.
 *
 * A hook that mounts something itself would miss it in a copy, so it gets the kernel's own. So do programs that read
 * `/proc/self/mountinfo`, as `findmnt` and `df` do, and hooks on kernels before 5.2.
 */
export async function showingMountTypes<T>(
  sandbox: Sandbox,
  { phase, hook }: { readonly phase: Phase; readonly hook: HookFile },
  devices: readonly NamedDevice[],
  body: () => Promise<T>,
): Promise<T> {
  if (devices.length === 0 || !readsMountTable(hook.content.toString('utf8'))) return body();
  const root = chrootPhases.has(phase) ? sandboxPaths.targetRoot : '';
  const { stdout } = await sandbox.run(['cat', '/proc/mounts']);
  const copy = `${sandboxRoot}/mounts`;
  await sandbox.run(['tee', copy], { input: mountTableOf(stdout, root, devices) });
  await sandbox.run(['perl', '-e', coverScript, copy, `${root}/proc/mounts`], { allowFailure: true });
  const result = await body();
  await sandbox.run(['umount', `${root}/proc/mounts`], { allowFailure: true });
  return result;
}

/** Whether a script reads the kernel's list of mounts, and neither mounts nor unmounts anything. */
export function readsMountTable(script: string): boolean {
  const text = script.replaceAll(/^\s*#.*$/gm, '');
  return /\/proc\/mounts\b/.test(text) && !/(?:^|[;&|({`]|\b(?:sudo|then|do|else)\s)\s*u?mount\s/m.test(text);
}

/**
 * The mount table as a process sees it whose root is at `root`, with the disk's types.
 *
 * @param mounts text of `/proc/mounts` outside of that root.
 */
export function mountTableOf(mounts: string, root: string, devices: readonly NamedDevice[]): string {
  const types = new Map(
    devices.map(({ path, filesystem }) => [`${chrootDevices}/${path}`, filesystem?.type]),
  );
  const lines = mounts.split('\n').flatMap((line) => {
    const [source = '', mountPoint = '', type = '', ...rest] = line.split(' ');
    if (mountPoint !== root && !mountPoint.startsWith(`${root}/`)) return [];
    const seen = mountPoint.slice(root.length) || '/';
    const real = type === 'overlay' ? types.get(source) : undefined;
    return [
      [source, seen, ...(real === undefined ? [type, ...rest] : [real, 'rw,relatime', '0', '0'])].join(' '),
    ];
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** `/proc/mounts` is a link. mount(8) would follow it; open_tree and move_mount, the same numbers on all machines, need not. */
const coverScript = `
my ($file, $link, $none) = (@ARGV, "");
my $tree = syscall(428, -100, $file, 1);
exit($tree >= 0 && syscall(429, $tree, $none, -100, $link, 4) == 0 ? 0 : 1);`;
