import { emptyRecord, type LayerRecord } from '../../layers/layer-record.ts';
import type { BuildPlan, StepPlan } from '../../plan/build-plan.ts';
import type { StepName } from '../../plan/step.ts';
import type { ContentStore } from '../../store/content-store.ts';
import type { BuildSubject } from '../build-request.ts';
import { findCheckpoint } from '../steps/checkpoint.ts';
import { expectedDuration, knownTimes } from './expected-duration.ts';
import { chainHooks, type HookChain } from '../steps/hook-chain.ts';
import { idleRecord } from '../steps/idle-step.ts';
import { readLast } from './last-note.ts';
import { findStep, keyOfStep, type StoredStep } from '../steps/stored-step.ts';
import { hasOwnBlobs, stepsUntil } from '../steps/survey-steps.ts';

/**
 * What a build would do with a step.
 *
 * restored: the store has it · resume, run: it is made · follows: it is made if a step before it leaves other content
 * than last time, and restored if not.
 */
export type Fate = 'restored' | 'resume' | 'run' | 'follows';

/** One step as a build would find it. */
export interface StepForecast {
  readonly step: StepPlan;
  /** Of a step whose predecessor is still to be made: on the content that the predecessor left last time. */
  readonly chain: HookChain;
  readonly fate: Fate;
  /** How many hooks a checkpoint would save. */
  readonly saved: number;
  /** Time that it would take, where the store knows enough. */
  readonly expectedMs?: number;
  /** Why a step is made whose key the store has. */
  readonly because?: 'its layer is not in the store' | 'it may not be restored';
  /** What it stands on, as far as that is known. */
  readonly below: LayerRecord;
  /** Undefined where nothing is known of it. */
  readonly record: LayerRecord | undefined;
}

/**
 * Looks what a build would do, and does nothing.
 *
 * @param bytes whether the layers will be read even if all records are there, because artifacts must be made.
 */
export async function forecastSteps(
  store: ContentStore,
  subject: BuildSubject | undefined,
  goal: {
    readonly plan: BuildPlan;
    readonly until: StepName | undefined;
    readonly bytes: 'needed' | 'not needed';
    /** What the store would take back from the output directory. */
    readonly adoptable?: ReadonlyMap<string, unknown>;
  },
): Promise<readonly StepForecast[]> {
  const forecasts: StepForecast[] = [];
  let below: LayerRecord = emptyRecord;
  let certain = true;
  // After a step that was never made, nothing is known of those that stand on it.
  let known = true;
  for (const step of stepsUntil(goal)) {
    const chain = chainHooks(step, below);
    const idle = idleRecord(step, chain, below);
    if (idle !== undefined) {
      forecasts.push({ step, chain, saved: 0, below, record: idle, fate: certain ? 'restored' : 'follows' });
      below = idle;
      continue;
    }
    const adoptable = goal.adoptable?.get(keyOfStep(chain)) as StoredStep | undefined;
    const found: StoredStep | undefined = known ? ((await findStep(store, chain)) ?? adoptable) : undefined;
    const isThere = found !== undefined && step.restorable;
    const before: LayerRecord | undefined =
      found?.record ?? (known ? await recordLast(store, subject, step) : undefined);
    const shared = { step, chain, saved: 0, below, record: before };
    if (isThere) forecasts.push({ ...shared, fate: certain ? 'restored' : 'follows' });
    else {
      const because = found === undefined ? {} : ({ because: 'it may not be restored' } as const);
      forecasts.push({ ...shared, ...(await toBeMade(store, subject, shared)), ...because });
      certain = false;
    }
    known &&= before !== undefined;
    below = before ?? below;
  }
  const reads = goal.bytes === 'needed' || !certain;
  const checked: StepForecast[] = [];
  for (const forecast of forecasts)
    checked.push(reads ? await withBytes(store, subject, forecast) : forecast);
  const withTimes: StepForecast[] = [];
  for (const forecast of checked) withTimes.push(await withTime(store, subject, forecast));
  return withTimes;
}

async function recordLast(
  store: ContentStore,
  subject: BuildSubject | undefined,
  step: StepPlan,
): Promise<LayerRecord | undefined> {
  const last = subject === undefined ? undefined : await readLast(store, subject, `step ${step.name}`);
  return last === undefined ? undefined : (await findStep(store, last))?.record;
}

async function toBeMade(
  store: ContentStore,
  subject: BuildSubject | undefined,
  { step, chain }: Pick<StepForecast, 'step' | 'chain'>,
): Promise<Pick<StepForecast, 'fate' | 'saved' | 'expectedMs'>> {
  const checkpoint = step.restorable ? await findCheckpoint(store, chain.links) : undefined;
  const saved = checkpoint?.covered ?? 0;
  const times = await knownTimes(store, subject, { step, chain });
  return { fate: saved > 0 ? 'resume' : 'run', saved, ...expectedDuration(times, chain.links.slice(saved)) };
}

/** A restored step whose layer the store has lost is made again when its bytes are needed. */
async function withBytes(
  store: ContentStore,
  subject: BuildSubject | undefined,
  forecast: StepForecast,
): Promise<StepForecast> {
  const { record, below, fate } = forecast;
  if (fate !== 'restored' || record === undefined) return forecast;
  if (await hasOwnBlobs(store, { record, below })) return forecast;
  const because = 'its layer is not in the store';
  return { ...forecast, ...(await toBeMade(store, subject, forecast)), because };
}

/** What a step that follows would take, if it came to that. */
async function withTime(
  store: ContentStore,
  subject: BuildSubject | undefined,
  forecast: StepForecast,
): Promise<StepForecast> {
  if (forecast.fate !== 'follows') return forecast;
  const times = await knownTimes(store, subject, forecast);
  return { ...forecast, ...expectedDuration(times, forecast.chain.links) };
}
