import type { BuildEvent, Origin } from '@kiln/engine/events/build-event.ts';
import { steps as allSteps } from '@kiln/engine/plan/step.ts';

/** How far a build has come, as its events tell it. */
export interface BuildProgress {
  /** Names of the steps to come, in order; empty where they are not known. */
  readonly planned: readonly string[];
  /** Each once, in the order of a build, whatever order their events came in; those that were not planned at the end. */
  readonly steps: readonly StepProgress[];
  readonly artifacts: readonly Artifact[];
}

export interface StepProgress {
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly startedAtMs: number;
  readonly expectedMs: number | undefined;
  readonly hookCount: number;
  readonly resumesAfter: StepStarted['resumesAfter'] | undefined;
  /** The hook at work. */
  readonly hook: HookProgress | undefined;
  /** Once it is done. */
  readonly origin: Origin | undefined;
  readonly durationMs: number | undefined;
  readonly sizeBytes: number | undefined;
}

export interface HookProgress {
  readonly name: string;
  readonly element: string;
  /** Counts from 0. */
  readonly index: number;
  readonly count: number;
  readonly startedAtMs: number;
  readonly lastLine: string;
}

export type Artifact = Extract<BuildEvent, { readonly type: 'artifact' }>;

/** A build that has not begun. */
export function noProgress(planned: readonly string[] = []): BuildProgress {
  return { planned, steps: [], artifacts: [] };
}

/** The progress after one more event, which happened at `nowMs`. Pure. Events of steps that never began are let pass. */
export function advance(progress: BuildProgress, event: BuildEvent, nowMs: number): BuildProgress {
  switch (event.type) {
    case 'planned':
      return progress.planned.length === 0 ? { ...progress, planned: event.steps } : progress;
    case 'step-started':
      return addStep(progress, startedStep(event, nowMs));
    case 'step-finished':
      return finishStep(progress, event, nowMs);
    case 'hook-started': {
      const { hook: name, element, index, count } = event;
      return changeStep(progress, event.step, () => ({
        hook: { name, element, index, count, startedAtMs: nowMs, lastLine: '' },
      }));
    }
    case 'hook-output':
      return changeStep(progress, event.step, ({ hook }) => ({
        hook: hook === undefined ? undefined : { ...hook, lastLine: event.line },
      }));
    case 'hook-finished':
      return changeStep(progress, event.step, () => ({
        hook: undefined,
        state: event.ok ? 'running' : 'failed',
      }));
    case 'artifact':
      return { ...progress, artifacts: [...progress.artifacts, event] };
    case 'note':
    case 'warning':
      return progress;
  }
}

/** What is still running when a build fails has failed with it; of a build that was cancelled nothing failed by itself. */
export function endRunningSteps(progress: BuildProgress, ended: 'failed' | 'cancelled'): BuildProgress {
  const steps = progress.steps.map((it) => (it.state === 'done' ? it : { ...it, state: ended }));
  return { ...progress, steps };
}

type StepStarted = Extract<BuildEvent, { readonly type: 'step-started' }>;
type StepFinished = Extract<BuildEvent, { readonly type: 'step-finished' }>;

function startedStep(event: StepStarted, nowMs: number): StepProgress {
  return {
    name: event.step,
    state: 'running',
    startedAtMs: nowMs,
    expectedMs: event.expectedMs,
    hookCount: event.hookCount,
    resumesAfter: event.resumesAfter,
    hook: undefined,
    origin: undefined,
    durationMs: undefined,
    sizeBytes: undefined,
  };
}

/** A restored step may be told of in one event, without a beginning. */
function finishStep(progress: BuildProgress, event: StepFinished, nowMs: number): BuildProgress {
  const { step: name, origin, durationMs, sizeBytes } = event;
  const done = { state: 'done', hook: undefined, origin, durationMs, sizeBytes } as const;
  if (progress.steps.some((it) => it.name === name)) return changeStep(progress, name, () => done);
  const began = startedStep({ type: 'step-started', step: name, hookCount: 0 }, nowMs - durationMs);
  return addStep(progress, { ...began, ...done });
}

/**
 * The engine tells of restored steps last, when it knows that their bytes will not be missed; and once more of one that turns out to be
 * needed, and is made after all.
 */
function addStep(progress: BuildProgress, step: StepProgress): BuildProgress {
  // A task that is for one step may have to make those before it.
  const order = progress.planned.length > 1 ? progress.planned : allSteps.map(({ name }) => name as string);
  const place = ({ name }: StepProgress): number => order.indexOf(name) + 1 || Infinity;
  const others = progress.steps.filter(({ name }) => name !== step.name);
  const steps = [...others, step].toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  return { ...progress, steps };
}

function changeStep(
  progress: BuildProgress,
  name: string,
  change: (step: StepProgress) => Partial<StepProgress>,
): BuildProgress {
  return {
    ...progress,
    steps: progress.steps.map((it) => (it.name === name ? { ...it, ...change(it) } : it)),
  };
}
