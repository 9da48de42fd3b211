import { join } from 'node:path';
import { ownLayers } from '../layers/layer-record.ts';
import type { StepPlan } from '../plan/build-plan.ts';
import { lockFile } from '../store/file-lock.ts';
import { findCheckpoint } from './checkpoint.ts';
import { expectedDuration, knownTimes } from './expected-duration.ts';
import { executeStep, type StepOutcome } from './execute-step.ts';
import { noteLast } from './last-note.ts';
import type { StepRun } from './step-run.ts';
import { findStep, keyOfStep, type StoredStep } from './stored-step.ts';
import {
  hasOwnBlobs,
  type MadeStep,
  type StepState,
  stepsUntil,
  type StepToMake,
  type SurveyGoal,
  surveySteps,
} from './survey-steps.ts';
import type { Workbench } from './workbench.ts';

export type { StepState } from './survey-steps.ts';

/** What is to be there afterwards. */
export interface StepsGoal extends SurveyGoal {
  readonly disk: StepRun['disk'];
  /** What an earlier call of this build returned: those steps count as made, and are not told of again. */
  readonly earlier?: readonly StepState[];
}

/**
 * Brings the steps of a plan up to date and returns their records in order.
 *
 * A record in the store is taken as it is; bytes are looked at only when something must be mounted. Then each
 * layer is checked, and a step whose bytes are missing or damaged is made again. Every round makes one step, so this ends.
 */
export async function ensureSteps(bench: Workbench, goal: StepsGoal): Promise<readonly StepState[]> {
  const { earlier = [] } = goal;
  const made = new Map<StepPlan, MadeStep>(
    earlier.map(({ step, origin, durationMs }) => [step, { origin, durationMs }]),
  );
  if (goal.earlier === undefined)
    bench.report({ type: 'planned', steps: stepsUntil(goal).map((step) => step.name) });
  for (;;) {
    bench.signal?.throwIfAborted();
    const { states, next } = await surveySteps(bench.store, goal, made);
    if (next !== undefined) {
      made.set(next.step, await makeStep(bench, goal, next));
      continue;
    }
    const known = new Set(earlier.map((state) => state.step));
    for (const state of states.filter((it) => it.origin === 'restored' && !known.has(it.step))) {
      reportFinished(bench, state);
      await note(bench, state);
    }
    return states;
  }
}

/** Makes one step under the lock of its key; whoever waited for that lock finds the result instead. */
async function makeStep(bench: Workbench, goal: StepsGoal, next: StepToMake): Promise<MadeStep> {
  const { step, chain } = next;
  const lock = await lockFile(join(bench.store.paths.locks, chain.key), bench.signal);
  try {
    const other = await findStep(bench.store, chain);
    if (
      step.restorable &&
      other !== undefined &&
      (await hasOwnBlobs(bench.store, { record: other.record, below: next.below }))
    ) {
      return { origin: 'restored', durationMs: 0 };
    }
    const started = performance.now();
    const checkpoint = step.restorable ? await findCheckpoint(bench.store, chain.links) : undefined;
    const times = await knownTimes(bench.store, bench.subject, next);
    const saved = chain.links[(checkpoint?.covered ?? 0) - 1];
    bench.report({
      type: 'step-started',
      step: step.name,
      hookCount: chain.links.length,
      ...expectedDuration(times, chain.links.slice(checkpoint?.covered ?? 0)),
      ...(checkpoint === undefined || saved === undefined
        ? {}
        : { resumesAfter: { hook: saved.hook.path, count: checkpoint.covered } }),
    });
    const { plan, disk } = goal;
    const outcome = await executeStep(bench, { plan, disk, ...next }, checkpoint);
    const durationMs = performance.now() - started;
    const stored = storedStep(next, outcome, durationMs);
    await bench.store.commitBytes(keyOfStep(chain), Buffer.from(JSON.stringify(chain.record)), stored);
    const origin = checkpoint === undefined ? 'run' : 'resumed';
    const { record } = outcome;
    const state: StepState = { step, chain, below: next.below, record, origin, durationMs };
    reportFinished(bench, state);
    await note(bench, state);
    return { origin, durationMs };
  } finally {
    await lock.release();
  }
}

function storedStep({ chain }: StepToMake, outcome: StepOutcome, durationMs: number): StoredStep {
  return {
    record: outcome.record,
    durationMs,
    hookMs: outcome.hookMs,
    restMs: durationMs - outcome.spentMs,
    states: chain.links.map((link) => link.stateKey),
  };
}

async function note(bench: Workbench, { step, chain, origin }: StepState): Promise<void> {
  await noteLast(bench.store, bench.subject, { made: `step ${step.name}`, key: chain.key, origin });
}

function reportFinished(bench: Workbench, state: StepState): void {
  const { step, origin, durationMs, record, below } = state;
  const sizeBytes = ownLayers(record, below).reduce((total, layer) => total + layer.sizeBytes, 0);
  bench.report({ type: 'step-finished', step: step.name, origin, durationMs, sizeBytes });
}
