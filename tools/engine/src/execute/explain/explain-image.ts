import type { Origin } from '../../events/build-event.ts';
import type { KeyRecord } from '../../fingerprint/key-record.ts';
import type { StepName } from '../../plan/step.ts';
import type { ContentStore } from '../../store/content-store.ts';
import type { BuildRequest, BuildSubject } from '../build-request.ts';
import { type ExplainContext, type ExplainedChange, explainChanges } from './explain-changes.ts';
import { forecastBuild, type BuildForecast } from './forecast-build.ts';
import type { StepForecast } from './forecast-steps.ts';
import { type LastNote, readKeyRecord, readLast } from './last-note.ts';
import type { PreparedBuild } from '../prepare-build.ts';

/** A step's key record now, beside the one that the image had last, and that one beside the one before. */
export interface StepExplanation {
  readonly forecast: StepForecast;
  readonly record: KeyRecord;
  /** What the image had last; undefined where it was never built here. */
  readonly last:
    | {
        readonly at: number;
        readonly origin: Origin;
        /** Why it ran then. Undefined where it was the first time, or the store no longer knows. */
        readonly changes: readonly ExplainedChange[] | undefined;
      }
    | undefined;
  /** What differs now from last time. Undefined where there is nothing to compare with. */
  readonly changes: readonly ExplainedChange[] | undefined;
}

/** An explanation of every step, up to one or to the last. */
export interface ImageExplanation {
  readonly forecast: BuildForecast;
  readonly steps: readonly StepExplanation[];
}

/** Explains why the steps of an image would run, or did. Writes nothing. */
export async function explainImage(
  request: BuildRequest,
  goal: { readonly until: StepName | undefined; readonly outputDirectory: string; readonly now: number },
): Promise<ImageExplanation> {
  const { forecast, prepared } = await forecastBuild(request, goal);
  const { store } = prepared.bench;
  const steps: StepExplanation[] = [];
  for (const step of forecast.steps) {
    const context = contextOf(step, prepared, goal.now);
    steps.push(await explainStep(store, request.subject, { forecast: step, context }));
  }
  return { forecast, steps };
}

async function explainStep(
  store: ContentStore,
  subject: BuildSubject | undefined,
  { forecast, context }: { readonly forecast: StepForecast; readonly context: ExplainContext },
): Promise<StepExplanation> {
  const made = `step ${forecast.step.name}` as const;
  const { record } = forecast.chain;
  const note = subject === undefined ? undefined : await readLast(store, subject, made);
  if (note === undefined) return { forecast, record, last: undefined, changes: undefined };
  const lastRecord = await readKeyRecord(store, made, note.key);
  return {
    forecast,
    record,
    last: {
      at: note.at,
      origin: note.origin,
      changes: lastRecord && (await changesBefore(store, note, lastRecord, context)),
    },
    changes: lastRecord && explainChanges(lastRecord, record, context),
  };
}

async function changesBefore(
  store: ContentStore,
  note: LastNote,
  record: KeyRecord,
  context: ExplainContext,
): Promise<readonly ExplainedChange[] | undefined> {
  if (note.keyBefore === undefined) return undefined;
  const before = await readKeyRecord(store, note.made, note.keyBefore);
  return before && explainChanges(before, record, context);
}

function contextOf({ step, chain }: StepForecast, prepared: PreparedBuild, now: number): ExplainContext {
  const files = [...step.hooksDirectory, ...chain.links.map((link) => link.hook)];
  const elements = new Map(files.map((file) => [file.path, file.element]));
  return {
    elementOf: (path) => elements.get(path),
    steps: prepared.plan.steps.map((it) => it.name),
    lockedDates: new Map(
      prepared.bench.locked.flatMap(({ entry }) =>
        'date' in entry ? [[`${entry.kind} ${entry.name}`, entry.date] as const] : [],
      ),
    ),
    now,
  };
}
