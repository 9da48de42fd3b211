import type { Key } from '../../fingerprint/digest.ts';
import type { LayerRecord } from '../../layers/layer-record.ts';
import type { ContentStore } from '../../store/content-store.ts';
import type { HookChain } from './hook-chain.ts';

/** How long each hook of a step took when it last ran, by its path in the hooks directory. */
export type HookTimes = Readonly<Record<string, number>>;

/** What the store keeps beside a step's key (`step <key>`); the blob under it is the key record as JSON. */
export interface StoredStep {
  readonly record: LayerRecord;
  readonly durationMs: number;
  /** Of all hooks, those that a checkpoint saved included. */
  readonly hookMs?: HookTimes;
  /** What the step took beside its hooks: mounting, packing, storing. */
  readonly restMs?: number;
  /** Keys of the states after each hook: its checkpoints, where there are any. */
  readonly states?: readonly Key[];
}

/** Key under which the store has a step. */
export function keyOfStep(chain: Pick<HookChain, 'key'>): string {
  return `step ${chain.key}`;
}

/** What the store has of a step, if it was made before by whomever. */
export async function findStep(
  store: ContentStore,
  chain: Pick<HookChain, 'key'>,
): Promise<StoredStep | undefined> {
  return (await store.find<StoredStep>(keyOfStep(chain)))?.metadata;
}
