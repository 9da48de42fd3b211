import { join } from 'node:path';
import type { Origin } from '../events/build-event.ts';
import { blobsOf, emptyRecord, type LayerRecord } from '../layers/layer-record.ts';
import type { BuildPlan, StepPlan } from '../plan/build-plan.ts';
import type { StepName } from '../plan/step.ts';
import { lockFile } from '../store/file-lock.ts';
import { executeStep } from './execute-step.ts';
import { chainHooks, type HookChain } from './hook-chain.ts';
import type { StepRun } from './step-run.ts';
import type { Workbench } from './workbench.ts';

/** What is to be there afterwards. */
export interface StepsGoal {
  readonly plan: BuildPlan;
  /** Last step wanted; undefined: all. */
  readonly until: StepName | undefined;
  /** Whether the layers' bytes are needed, or the records alone do. */
  readonly need: 'records' | 'blobs';
  readonly disk: StepRun['disk'];
}

/** One step of a build, as it now stands. */
export interface StepState {
  readonly step: StepPlan;
  readonly chain: HookChain;
  readonly record: LayerRecord;
  readonly origin: Origin;
  readonly durationMs: number;
}

/** What the store keeps beside a step's key; the blob under it is the key record. */
interface StepMetadata {
  readonly record: LayerRecord;
  readonly durationMs: number;
}

const keyOfStep = (chain: HookChain): string => `step ${chain.key}`;

/**
 * Brings the steps of a plan up to date and returns their records in order.
 *
 * A record in the store is taken as it is; bytes are looked at only when something must be mounted. Then each
 * layer is checked, and a step whose bytes are missing or damaged is made again. Every round makes one step, so this ends.
 */
export async function ensureSteps(bench: Workbench, goal: StepsGoal): Promise<readonly StepState[]> {
  const made = new Map<StepPlan, { readonly origin: Origin; readonly durationMs: number }>();
  for (;;) {
    const { states, next } = await surveySteps(bench, goal, made);
    if (next === undefined) {
      for (const state of states.filter((it) => it.origin === 'restored')) reportFinished(bench, state);
      return states;
    }
    made.set(next.step, await makeStep(bench, goal, next));
  }
}

interface StepToMake {
  readonly step: StepPlan;
  readonly chain: HookChain;
  readonly below: LayerRecord;
}

async function surveySteps(
  bench: Workbench,
  goal: StepsGoal,
  made: ReadonlyMap<StepPlan, { readonly origin: Origin; readonly durationMs: number }>,
): Promise<{ readonly states: readonly StepState[]; readonly next: StepToMake | undefined }> {
  const states: StepState[] = [];
  let below = emptyRecord;
  let missing: StepToMake | undefined;
  for (const step of stepsUntil(goal)) {
    const chain = chainHooks(step, below);
    const found = await bench.store.find<StepMetadata>(keyOfStep(chain));
    const fresh = made.get(step);
    if (found === undefined || (!step.restorable && fresh === undefined)) {
      missing = { step, chain, below };
      break;
    }
    const { record } = found.metadata;
    states.push({ step, chain, record, origin: 'restored', durationMs: 0, ...fresh });
    below = record;
  }
  if (missing === undefined && goal.need === 'records') return { states, next: undefined };
  for (const [index, state] of states.entries()) {
    if (await hasOwnBlobs(bench, state.record)) continue;
    const beneath = states[index - 1]?.record ?? emptyRecord;
    return { states, next: { step: state.step, chain: state.chain, below: beneath } };
  }
  return { states, next: missing };
}

/** Bytes of the step itself; those of the steps below it are asked of them. */
async function hasOwnBlobs(bench: Workbench, record: LayerRecord): Promise<boolean> {
  const own = blobsOf({ ...record, layers: record.layers.slice(-1) });
  for (const blob of own) if ((await bench.store.locate(blob.digest)) === undefined) return false;
  return true;
}

function stepsUntil(goal: StepsGoal): readonly StepPlan[] {
  const last = goal.plan.steps.findIndex((step) => step.name === goal.until);
  return last < 0 ? goal.plan.steps : goal.plan.steps.slice(0, last + 1);
}

/** Makes one step under the lock of its key; whoever waited for that lock finds the result instead. */
async function makeStep(
  bench: Workbench,
  goal: StepsGoal,
  { step, chain, below }: StepToMake,
): Promise<{ readonly origin: Origin; readonly durationMs: number }> {
  const lock = await lockFile(join(bench.store.paths.locks, chain.key), bench.signal);
  try {
    const other = await bench.store.find<StepMetadata>(keyOfStep(chain));
    if (step.restorable && other !== undefined && (await hasOwnBlobs(bench, other.metadata.record))) {
      return { origin: 'restored', durationMs: 0 };
    }
    const started = performance.now();
    bench.report({ type: 'step-started', step: step.name, hookCount: chain.links.length });
    const { record, resumedAfter } = await executeStep(bench, {
      plan: goal.plan,
      step,
      chain,
      below,
      disk: goal.disk,
    });
    const durationMs = performance.now() - started;
    const metadata: StepMetadata = { record, durationMs };
    await bench.store.commitBytes(keyOfStep(chain), Buffer.from(JSON.stringify(chain.record)), metadata);
    const origin = resumedAfter > 0 ? 'resumed' : 'run';
    reportFinished(bench, { step, chain, record, origin, durationMs });
    return { origin, durationMs };
  } finally {
    await lock.release();
  }
}

function reportFinished(bench: Workbench, state: StepState): void {
  const { step, origin, durationMs, record } = state;
  const sizeBytes = record.layers.at(-1)?.sizeBytes ?? 0;
  bench.report({ type: 'step-finished', step: step.name, origin, durationMs, sizeBytes });
}
