import { join } from 'node:path';
import { type LayerRecord, ownLayers } from '../../layers/layer-record.ts';
import type { StepPlan } from '../../plan/build-plan.ts';
import { lockFile } from '../../store/file-lock.ts';
import { breaksIn, isChangedByHand, linksBeforeBreak } from '../shell/break-points.ts';
import { findCheckpoint } from './checkpoint.ts';
import { expectedDuration, knownTimes } from '../explain/expected-duration.ts';
import type { StepOutcome } from './execute-step.ts';
import type { HookChain } from './hook-chain.ts';
import { idleRecord } from './idle-step.ts';
import { noteLast } from '../explain/last-note.ts';
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
import type { Workbench } from '../workbench.ts';

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
  const breaks = (step: StepPlan): boolean => breaksIn(bench.breaks, step);
  const made = new Map<StepPlan, MadeStep>(
    earlier.map(({ step, chain, ...state }) => [step, { ...state, key: chain.key }]),
  );
  if (goal.earlier === undefined)
    bench.report({ type: 'planned', steps: stepsUntil(goal).map((step) => step.name) });
  for (;;) {
    bench.signal?.throwIfAborted();
    const { states, next } = await surveySteps(bench.store, { ...goal, breaksIn: breaks }, made);
    if (next !== undefined) {
      made.set(next.step, await makeStep(bench, goal, next));
      continue;
    }
    const known = new Set(earlier.map((state) => state.step));
    for (const state of states.filter((it) => it.origin === 'restored' && !known.has(it.step))) {
      reportFinished(bench, state);
      if (state.isKept) await note(bench, state);
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
    const mayRestore = step.restorable && !breaksIn(bench.breaks, step);
    if (
      mayRestore &&
      other !== undefined &&
      (await hasOwnBlobs(bench.store, { record: other.record, below: next.below }))
    ) {
      return { origin: 'restored', durationMs: 0, key: chain.key, record: other.record, isKept: true };
    }
    const started = performance.now();
    const free = linksBeforeBreak(bench.breaks, step, chain.links);
    const checkpoint = step.restorable ? await findCheckpoint(bench.store, free) : undefined;
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
    // What runs hooks is loaded only where there are some to run.
    const { executeStep } = await import('./execute-step.ts');
    const outcome = await executeStep(bench, { plan, disk, ...next }, checkpoint);
    const durationMs = performance.now() - started;
    const origin = checkpoint === undefined ? 'run' : 'resumed';
    const { isKept, record } = whatToKeep(bench, next, outcome);
    const state: StepState = { step, chain, below: next.below, record, origin, durationMs, isKept };
    if (isKept) {
      const stored = storedStep(next, outcome, durationMs);
      await bench.store.commitBytes(keyOfStep(chain), Buffer.from(JSON.stringify(chain.record)), stored);
    }
    reportFinished(bench, state);
    if (isKept) await note(bench, state);
    return { origin, durationMs, key: chain.key, record, isKept };
  } finally {
    await lock.release();
  }
}

/**
 * What somebody changed in a shell belongs to this build alone: the steps after it are keyed by the layers below them, and so are the
 * artifacts, but the step itself is not found by its key. A step without hooks, which was gone through for its break point, leaves what
 * it found.
 */
function whatToKeep(
  bench: Workbench,
  { step, chain, below }: StepToMake,
  { record }: StepOutcome,
): { readonly isKept: boolean; readonly record: LayerRecord } {
  if (isChangedByHand(bench.breaks, step.name) || holdsUnkeyedHooks(chain, record))
    return { isKept: false, record };
  const idle = idleRecord(step, chain, below);
  return idle === undefined ? { isKept: true, record } : { isKept: false, record: idle };
}

/** A hook that extra-data hooks rewrote although its text is not in their key (`countsByNameOnly`): what they made of it is for once. */
function holdsUnkeyedHooks({ record: { inputs } }: HookChain, { hooks, step }: LayerRecord): boolean {
  if (step !== 'extra-data') return false;
  return (hooks?.changes ?? []).some(
    ({ path, kind }) => kind === 'file' && inputs[path]?.startsWith('file ') === true,
  );
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
