import { join } from 'node:path';
import { packLayer, upperOf } from '../layers/pack-layer.ts';
import { sandboxRoot, type Sandbox } from '../sandbox/open-sandbox.ts';
import type { ChainLink } from './hook-chain.ts';
import type { Workbench } from './workbench.ts';

/** What a checkpoint costs, measured: a fixed part, and EROFS with lz4 packing about 200 MB a second. */
const fixedMs = 150;
const bytesPerMs = 200_000;

/** A checkpoint is taken once the hooks since the last one took ten times what it costs: at most a tenth more time. */
const worthFactor = 10;

/** Below this there is no need to even measure the folder. */
const leastMs = worthFactor * fixedMs;

const keyOfState = (link: ChainLink): string => `checkpoint ${link.stateKey}`;

/** The longest beginning of a step whose state the store has: how many hooks it covers, and the blob's path. */
export async function findCheckpoint(
  bench: Workbench,
  links: readonly ChainLink[],
): Promise<{ readonly covered: number; readonly file: string } | undefined> {
  for (let covered = links.length; covered > 0; covered -= 1) {
    const link = links[covered - 1];
    const entry = link === undefined ? undefined : await bench.store.find(keyOfState(link));
    const file = entry === undefined ? undefined : await bench.store.locate(entry.digest);
    if (file !== undefined) return { covered, file };
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
  },
): Promise<boolean> {
  if (bench.checkpoints === 'where-they-pay' && !(await pays(sandbox, state.spentMs))) return false;
  const name = `checkpoint-${state.link.stateKey}.erofs`;
  await packLayer(sandbox.run, upperOf('mnt'), {
    file: `${sandboxRoot}/${name}`,
    epochSeconds: state.epochSeconds,
  });
  await bench.store.commitFile(keyOfState(state.link), join(state.folder, name), null);
  return true;
}

async function pays(sandbox: Sandbox, spentMs: number): Promise<boolean> {
  if (spentMs < leastMs) return false;
  const measured = await sandbox.run(['du', '-s', '-B1', upperOf('mnt')]);
  const sizeBytes = Number.parseInt(measured.stdout, 10);
  return spentMs >= worthFactor * (fixedMs + sizeBytes / bytesPerMs);
}
