import { upperOf } from '../../layers/pack-layer.ts';
import type { KeptMount } from '../../layers/layer-record.ts';
import type { StepPlan } from '../../plan/build-plan.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { sandboxRoot, type Sandbox } from '../../sandbox/open-sandbox.ts';
import { findLeftMounts, mountPointsOf } from './left-mounts.ts';

/** What is found out after a hook, with one process. */
export interface Measured {
  /** What the files of the upper folder hold; one with several names counts for each. */
  readonly upperBytes: number;
  /** Of these, what is not soon written anew: apt's lists and caches are, by each hook that installs something. */
  readonly lastingBytes: number;
  readonly surroundings: Surroundings;
  /** Mounts below the target root that can be made again. */
  readonly mounts: readonly KeptMount[];
}

/** What hooks may change and no state can hold. Where that changed, a step that resumed would go on without it. */
export interface Surroundings {
  /** Mount points of what cannot be made again as it was, the host's own among them. */
  readonly mountPoints: readonly string[];
  /** What host hooks wrote beside the tree. */
  readonly beside: string;
}

/**
 * Whether hooks left the surroundings as they were. A mount of the host that is gone is none of their doing: the kernel takes it from every
 * namespace as soon as its folder is removed, as at the end of somebody's session. Pure.
 */
export function isAsBefore(before: Surroundings, now: Surroundings): boolean {
  const present = new Set(now.mountPoints);
  const remaining = before.mountPoints.filter(
    (path) => path.startsWith(`${sandboxRoot}/`) || present.has(path),
  );
  return now.beside === before.beside && now.mountPoints.join('\n') === remaining.join('\n');
}

/** Measures what the hooks so far left. */
export async function measureState(sandbox: Sandbox, { caches }: StepPlan): Promise<Measured> {
  const command = ['bash', '--norc', '-c', measureScript, 'kiln', sandboxRoot, upperOf('mnt')] as const;
  const [sizes = '', mountInfo = '', beside = ''] = (await sandbox.run(command)).stdout.split('\0');
  const [upperBytes = 0, lastingBytes = 0] = sizes.split(' ').map(Number);
  const { kept } = findLeftMounts(mountInfo, caches);
  const mounts = kept.filter(({ type }) => type !== 'tmpfs');
  const again = new Set(mounts.map(({ path }) => `${sandboxPaths.targetRoot}${path}`));
  const mountPoints = mountPointsOf(mountInfo).filter(
    (path) => !again.has(path) && !path.endsWith('/tmp/in_target.d'),
  );
  return { upperBytes, lastingBytes, mounts, surroundings: { mountPoints, beside } };
}

const measureScript = `set -eu
find "$2" -type f -printf '%s %P\\n' |
awk '{ all += $1 } $2 !~ "^var/(cache/apt|lib/apt/lists)/" { lasting += $1 } END { printf "%d %d", all, lasting }'
printf '\\0'; cat /proc/self/mountinfo; printf '\\0'
ls -A "$1" "$1/outputs"`;
