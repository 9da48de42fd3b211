import type { Origin } from '../../events/build-event.ts';
import { blobsOf, emptyRecord, type LayerRecord, ownLayers } from '../../layers/layer-record.ts';
import type { BuildPlan, StepPlan } from '../../plan/build-plan.ts';
import { steps as allSteps, type StepName } from '../../plan/step.ts';
import type { ContentStore } from '../../store/content-store.ts';
import { chainHooks, type HookChain } from './hook-chain.ts';
import { idleRecord } from './idle-step.ts';
import { findStep } from './stored-step.ts';

/** One step of a build, as it now stands. */
export interface StepState {
  readonly step: StepPlan;
  readonly chain: HookChain;
  readonly below: LayerRecord;
  readonly record: LayerRecord;
  readonly origin: Origin;
  readonly durationMs: number;
  /** False where the store does not have it under its key, because a shell changed it or there is nothing of its own in it. */
  readonly isKept: boolean;
}

/** A step that the store lacks, on layers that it has. */
export interface StepToMake {
  readonly step: StepPlan;
  readonly chain: HookChain;
  readonly below: LayerRecord;
}

/** How a step came about in this build. */
export interface MadeStep extends Pick<StepState, 'origin' | 'durationMs' | 'isKept'> {
  readonly key: HookChain['key'];
  readonly record: LayerRecord;
}

/** Which steps are asked about, and whether the layers' bytes are needed or the records alone do. */
export interface SurveyGoal {
  readonly plan: BuildPlan;
  readonly until: StepName | undefined;
  readonly need: 'records' | 'blobs';
  /** Steps that are made even if the store has them. */
  readonly breaksIn?: (step: StepPlan) => boolean;
}

/**
 * Looks up which steps of a plan the store has, and which is the first to be made: the first without a record, or, where
 * bytes are needed (because of that step, or by the goal), the first whose bytes are missing or damaged.
 *
 * A step that may not be restored counts as missing unless it is among those `made` in this build.
 */
export async function surveySteps(
  store: ContentStore,
  goal: SurveyGoal,
  made: ReadonlyMap<StepPlan, MadeStep>,
): Promise<{ readonly states: readonly StepState[]; readonly next: StepToMake | undefined }> {
  const states: StepState[] = [];
  let below = emptyRecord;
  let missing: StepToMake | undefined;
  for (const step of stepsUntil(goal)) {
    const chain = chainHooks(step, below);
    const fresh = made.get(step);
    const idle = idleRecord(step, chain, below);
    const known = fresh?.key === chain.key ? fresh.record : idle;
    const record = known ?? (await findStep(store, chain))?.record;
    const mayRestore = step.restorable && goal.breaksIn?.(step) !== true;
    if (record === undefined || (!mayRestore && fresh === undefined)) {
      missing = { step, chain, below };
      break;
    }
    const { origin = 'restored', durationMs = 0, isKept = idle === undefined } = fresh ?? {};
    states.push({ step, chain, below, record, origin, durationMs, isKept });
    below = record;
  }
  if (missing === undefined && goal.need === 'records') return { states, next: undefined };
  for (const state of states) {
    if (!(await hasOwnBlobs(store, state))) return { states, next: state };
  }
  return { states, next: missing };
}

/** Bytes of the step itself; those of the steps below it are asked of them. */
export async function hasOwnBlobs(
  store: ContentStore,
  { record, below }: Pick<StepState, 'record' | 'below'>,
): Promise<boolean> {
  const own = blobsOf({ ...record, layers: ownLayers(record, below) });
  for (const blob of own) if ((await store.locate(blob.digest)) === undefined) return false;
  return true;
}

/** The steps that a goal asks for: all up to one, whether the image has that one or not. */
export function stepsUntil({ plan, until }: Pick<SurveyGoal, 'plan' | 'until'>): readonly StepPlan[] {
  if (until === undefined) return plan.steps;
  const rank = (name: StepName) => allSteps.findIndex((step) => step.name === name);
  return plan.steps.filter(({ name }) => rank(name) <= rank(until));
}
