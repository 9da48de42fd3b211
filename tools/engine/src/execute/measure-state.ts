import { upperOf } from '../layers/pack-layer.ts';
import { sandboxRoot, type Sandbox } from '../sandbox/open-sandbox.ts';

/** What is found out after a hook, with one process. */
export interface Measured {
  /** What the files of the upper folder hold; one with several names counts for each. */
  readonly upperBytes: number;
  /**
   * What hooks may change and no layer can hold: mounts, and what host hooks wrote beside the tree. Where that
   * changed, a step that resumed would go on without it.
   */
  readonly surroundings: string;
}

/** Measures what the hooks so far left. */
export async function measureState(sandbox: Sandbox): Promise<Measured> {
  const command = ['bash', '--norc', '-c', measureScript, 'kiln', sandboxRoot, upperOf('mnt')] as const;
  const [size = '', ...surroundings] = (await sandbox.run(command)).stdout.split('\n');
  return { upperBytes: Number.parseInt(size, 10), surroundings: surroundings.join('\n') };
}

const measureScript = `set -eu
find "$2" -type f -printf '%s\\n' | awk '{ total += $1 } END { printf "%d\\n", total }'
cut -d ' ' -f 5 /proc/self/mountinfo | grep -v '/tmp/in_target[.]d$'
ls -A "$1" "$1/outputs"`;
