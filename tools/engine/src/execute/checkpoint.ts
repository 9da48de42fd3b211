import { join } from 'node:path';
import { packLayer, upperOf } from '../layers/pack-layer.ts';
import { sandboxRoot, type Sandbox } from '../sandbox/open-sandbox.ts';
import type { ContentStore } from '../store/content-store.ts';
import { checkIndexes } from './check-indexes.ts';
import type { ChainLink } from './hook-chain.ts';
import type { HookTimes } from './stored-step.ts';
import { holdsLentResolvConf } from './tree-upkeep.ts';
import type { Workbench } from './workbench.ts';

/** What a checkpoint costs, measured: a fixed part, and EROFS with lz4 packing about 200 MB a second. */
const fixedMs = 150;
const bytesPerMs = 200_000;

/** A checkpoint is taken once the hooks since the last one took ten times what it costs: at most a tenth more time. */
const worthFactor = 10;

/** Below this there is no need to even measure the folder. */
const leastMs = worthFactor * fixedMs;

/** Key under which the store has the state after a hook. */
export function keyOfState(link: Pick<ChainLink, 'stateKey'>): string {
  return `checkpoint ${link.stateKey}`;
}

/** A state in the middle of a step: how many hooks it covers, how long they took, and the blob's path. */
export interface Checkpoint {
  readonly covered: number;
  readonly hookMs: HookTimes;
  readonly file: string;
}

/** The longest beginning of a step whose state the store has. */
export async function findCheckpoint(
  store: ContentStore,
  links: readonly ChainLink[],
): Promise<Checkpoint | undefined> {
  for (let covered = links.length; covered > 0; covered -= 1) {
    const link = links[covered - 1];
    const entry =
      link === undefined ? undefined : await store.find<{ hookMs?: HookTimes } | null>(keyOfState(link));
    const file = entry === undefined ? undefined : await store.locate(entry.digest);
    if (file !== undefined) return { covered, file, hookMs: entry?.metadata?.hookMs ?? {} };
  }
  return undefined;
}

/** Lays a checkpoint into the still empty upper folder, as it was: whiteouts and opaque folders included. */
export async function restoreCheckpoint(sandbox: Sandbox, file: string): Promise<void> {
  await sandbox.run([
    'bash',
    '--norc',
    '-c',
    restoreScript,
    'kiln-restore',
    file,
    `${sandboxRoot}/checkpoint`,
    upperOf('mnt'),
  ]);
}

const restoreScript = `set -eu
mkdir -p "$2" "$3"
mount -t erofs -o loop,ro "$1" "$2"
cp -a "$2/." "$3/"
umount "$2"`;

/** Takes a checkpoint after a hook where that pays. @returns whether it did. */
export async function considerCheckpoint(
  bench: Workbench,
  sandbox: Sandbox,
  state: {
    readonly link: ChainLink;
    readonly spentMs: number;
    readonly folder: string;
    readonly epochSeconds: number;
    readonly hookMs: HookTimes;
    /** As they were before the step's first hook. */
    readonly surroundings: string;
  },
): Promise<boolean> {
  if (bench.checkpoints === 'where-they-pay' && !(await pays(sandbox, state.spentMs))) return false;
  if ((await readSurroundings(sandbox)) !== state.surroundings) return false;
  await checkIndexes(bench, sandbox, state.link.phase);
  const name = `checkpoint-${state.link.stateKey}.erofs`;
  await packLayer(sandbox.run, upperOf('mnt'), {
    file: `${sandboxRoot}/${name}`,
    epochSeconds: state.epochSeconds,
    // A build that resumes here is lent that of its own day.
    leaveOut: (await holdsLentResolvConf(sandbox.run)) ? ['etc/resolv.conf'] : [],
  });
  const { hookMs } = state;
  await bench.store.commitFile(keyOfState(state.link), join(state.folder, name), { hookMs });
  return true;
}

/**
 * What hooks may change and a checkpoint cannot hold: mounts, and what host hooks wrote beside the tree. Where that
 * changed, a step that resumed would go on without it.
 */
export async function readSurroundings(sandbox: Sandbox): Promise<string> {
  return (await sandbox.run(['bash', '--norc', '-c', surroundingsScript, 'kiln', sandboxRoot])).stdout;
}

const surroundingsScript = `cut -d ' ' -f 5 /proc/self/mountinfo | grep -v '/tmp/in_target[.]d$'
ls -A "$1" "$1/outputs"`;

async function pays(sandbox: Sandbox, spentMs: number): Promise<boolean> {
  if (spentMs < leastMs) return false;
  const measured = await sandbox.run(['du', '-s', '-B1', upperOf('mnt')]);
  const sizeBytes = Number.parseInt(measured.stdout, 10);
  return spentMs >= worthFactor * (fixedMs + sizeBytes / bytesPerMs);
}
