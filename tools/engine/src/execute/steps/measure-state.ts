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
  /**
   * What hooks may change and no state can hold: mounts that cannot be made again as they were, and what host hooks wrote beside
   * the tree. Where that changed, a step that resumed would go on without it.
   */
  readonly surroundings: string;
  /** Mounts below the target root that can be made again. */
  readonly mounts: readonly KeptMount[];
}

/** Measures what the hooks so far left. */
export async function measureState(sandbox: Sandbox, { caches }: StepPlan): Promise<Measured> {
  const command = ['bash', '--norc', '-c', measureScript, 'kiln', sandboxRoot, upperOf('mnt')] as const;
  const [sizes = '', mountInfo = '', beside = ''] = (await sandbox.run(command)).stdout.split('\0');
  const [upperBytes = 0, lastingBytes = 0] = sizes.split(' ').map(Number);
  const { kept } = findLeftMounts(mountInfo, caches);
  const mounts = kept.filter(({ type }) => type !== 'tmpfs');
  const again = new Set(mounts.map(({ path }) => `${sandboxPaths.targetRoot}${path}`));
  const fixed = mountPointsOf(mountInfo).filter(
    (path) => !again.has(path) && !path.endsWith('/tmp/in_target.d'),
  );
  return { upperBytes, lastingBytes, mounts, surroundings: `${fixed.join('\n')}\n${beside}` };
}

const measureScript = `set -eu
find "$2" -type f -printf '%s %P\\n' |
awk '{ all += $1 } $2 !~ "^var/(cache/apt|lib/apt/lists)/" { lasting += $1 } END { printf "%d %d", all, lasting }'
printf '\\0'; cat /proc/self/mountinfo; printf '\\0'
ls -A "$1" "$1/outputs"`;
