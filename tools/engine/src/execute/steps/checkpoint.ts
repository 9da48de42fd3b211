import { join } from 'node:path';
import type { BlobReference, KeptMount } from '../../layers/layer-record.ts';
import { packLayer, upperOf } from '../../layers/pack-layer.ts';
import { sandboxRoot, type Sandbox } from '../../sandbox/open-sandbox.ts';
import type { ContentStore } from '../../store/content-store.ts';
import { checkIndexes } from './check-indexes.ts';
import type { ChainLink } from './hook-chain.ts';
import type { StandInDisk } from './stand-in-disk.ts';
import type { HookTimes } from './stored-step.ts';
import { isAsBefore, type Measured, type Surroundings } from './measure-state.ts';
import { holdsLentResolvConf } from './tree-upkeep.ts';
import type { Workbench } from '../workbench.ts';

/** What a checkpoint costs, measured: a fixed part, and EROFS with lz4 packing about 200 MB a second. */
const fixedMs = 150;
const bytesPerMs = 200_000;

/** A checkpoint is taken once the hooks since the last one took ten times what it costs: at most a tenth more time. */
const worthFactor = 10;

/** Key under which the store has the state after a hook. */
export function keyOfState(link: Pick<ChainLink, 'stateKey'>): string {
  return `checkpoint ${link.stateKey}`;
}

/** A state in the middle of a step. */
export interface Checkpoint {
  /** How many hooks it covers. */
  readonly covered: number;
  readonly hookMs: HookTimes;
  /** The step's layers that were sealed until then, bottom first. */
  readonly sealed: readonly BlobReference[];
  /** Path of the packed upper folder above them; undefined where a layer was sealed just then, and the folder is empty. */
  readonly upperFile: string | undefined;
  /** What hooks had mounted then, and those of earlier steps. */
  readonly mounts: readonly KeptMount[];
}

/** What the store keeps beside a state; its blob is the packed upper folder, or the layer that was sealed. */
interface StoredState {
  readonly hookMs: HookTimes;
  readonly sealed: readonly BlobReference[];
  readonly blob: 'upper folder' | 'sealed layer';
  readonly mounts: readonly KeptMount[];
}

/** The longest beginning of a step whose state the store has. */
export async function findCheckpoint(
  store: ContentStore,
  links: readonly ChainLink[],
): Promise<Checkpoint | undefined> {
  for (let covered = links.length; covered > 0; covered -= 1) {
    const link = links[covered - 1];
    const entry = link === undefined ? undefined : await store.find<StoredState>(keyOfState(link));
    if (entry === undefined) continue;
    const { hookMs, sealed, blob, mounts } = entry.metadata;
    const upperFile = await store.locate(entry.digest);
    if (upperFile === undefined || !(await hasAll(store, sealed))) continue;
    if (blob === 'upper folder') return { covered, hookMs, sealed, upperFile, mounts };
    const { digest, sizeBytes } = entry;
    return { covered, hookMs, sealed: [...sealed, { digest, sizeBytes }], upperFile: undefined, mounts };
  }
  return undefined;
}

async function hasAll(store: ContentStore, blobs: readonly BlobReference[]): Promise<boolean> {
  for (const { digest } of blobs) if ((await store.locate(digest)) === undefined) return false;
  return true;
}

/**
 * From this size on, what hooks wrote becomes a layer of its own. It is counted in what the files hold, not in time or blocks, so that
 * the same hooks give the same layers on every machine, resumed or not.
 */
const sealBytes = 32 << 20;

/** Whether the upper folder is to be sealed, and may be: with nothing beside it that a resumed step would lack. */
export function isFull(measured: Measured, before: Surroundings): boolean {
  return measured.lastingBytes >= sealBytes && isAsBefore(before, measured.surroundings);
}

/** Packs the upper folder as a layer. The mounts over it are gone by now. @returns the state from which the step goes on. */
export async function sealLayer(
  bench: Workbench,
  sandbox: Sandbox,
  state: Pick<HookState, 'link' | 'folder' | 'epochSeconds' | 'hookMs' | 'sealed'> & {
    readonly covered: number;
    readonly mounts: readonly KeptMount[];
  },
): Promise<Checkpoint> {
  const { link, folder, epochSeconds, hookMs, sealed, covered, mounts } = state;
  const name = `sealed-${link.stateKey}.erofs`;
  await packLayer(sandbox.run, upperOf('mnt'), { file: `${sandboxRoot}/${name}`, epochSeconds });
  const stored: StoredState = { hookMs, sealed, blob: 'sealed layer', mounts };
  const { digest, sizeBytes } = await bench.store.commitFile(keyOfState(link), join(folder, name), stored);
  return { covered, hookMs, sealed: [...sealed, { digest, sizeBytes }], upperFile: undefined, mounts };
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
  state: HookState,
): Promise<boolean> {
  const { measured, disk } = state;
  if (bench.checkpoints === 'where-they-pay' && !pays(state.spentMs, measured.upperBytes)) return false;
  if (!isAsBefore(state.surroundings, measured.surroundings)) return false;
  // What hooks wrote beside the filesystems of the disk would be lost.
  if (((await disk?.collect()) ?? []).length > 0) return false;
  await checkIndexes(bench, sandbox, state.link.phase);
  const name = `checkpoint-${state.link.stateKey}.erofs`;
  const leaveOut = (await holdsLentResolvConf(sandbox.run)) ? ['etc/resolv.conf'] : [];
  const { epochSeconds } = state;
  // A build that resumes here is lent the resolv.conf of its own day.
  const target = { file: `${sandboxRoot}/${name}`, epochSeconds, leaveOut };
  const pack = (): Promise<void> => packLayer(sandbox.run, upperOf('mnt'), target);
  await (disk === undefined ? pack() : disk.settled(pack));
  const { hookMs, sealed } = state;
  const { mounts } = measured;
  const stored: StoredState = { hookMs, sealed, blob: 'upper folder', mounts };
  await bench.store.commitFile(keyOfState(state.link), join(state.folder, name), stored);
  return true;
}

/** The state after a hook, with what tells whether it is worth keeping. */
export interface HookState {
  readonly link: ChainLink;
  /** Since the last state that was kept. */
  readonly spentMs: number;
  readonly folder: string;
  readonly epochSeconds: number;
  readonly hookMs: HookTimes;
  readonly sealed: readonly BlobReference[];
  /** As they were before the step's first hook. */
  readonly surroundings: Surroundings;
  readonly measured: Measured;
  readonly disk: StandInDisk | undefined;
}

function pays(spentMs: number, upperBytes: number): boolean {
  return spentMs >= worthFactor * (fixedMs + upperBytes / bytesPerMs);
}
