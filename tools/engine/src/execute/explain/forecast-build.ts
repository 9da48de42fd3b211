import { existsSync } from 'node:fs';
import type { ImageFormat } from '../../image-definition/image-definition.ts';
import { emptyRecord } from '../../layers/layer-record.ts';
import type { StepName } from '../../plan/step.ts';
import type { ContentStore } from '../../store/content-store.ts';
import type { BuildRequest } from '../build-request.ts';
import { type Fate, forecastSteps, type StepForecast } from './forecast-steps.ts';
import { readLast } from './last-note.ts';
import { artifactFile } from '../artifacts/output-place.ts';
import { type ArtifactPlan, planArtifact, storedDiskFormat } from '../artifacts/plan-artifacts.ts';
import { openWorkbench, planRequest, type PreparedBuild } from '../prepare-build.ts';
import { readReceipt } from '../artifacts/receipt.ts';
import { readAciManifest } from '../artifacts/read-aci-manifest.ts';
import { readDiskTools } from '../read-host-facts.ts';

/** An artifact as a build would find it. */
export interface ArtifactForecast {
  readonly format: ImageFormat;
  readonly file: string;
  /** 'follows': made if the tree's content changes. */
  readonly fate: 'in place' | Exclude<Fate, 'resume'>;
  readonly expectedMs?: number;
}

/** What a build would do, step by step. */
export interface BuildForecast {
  readonly steps: readonly StepForecast[];
  /** Empty where the build would end before. */
  readonly artifacts: readonly ArtifactForecast[];
  /** Time of all that would be made, at most: a step that follows may turn out to be there. Undefined where a part is not known. */
  readonly expectedMs: number | undefined;
}

/** A forecast, and what it was made from. */
export interface ForecastOutcome {
  readonly forecast: BuildForecast;
  readonly prepared: PreparedBuild;
}

/** Looks what a build would do. Takes no lock, fetches nothing, and writes nothing. */
export async function forecastBuild(
  request: BuildRequest,
  goal: { readonly until: StepName | undefined; readonly outputDirectory: string },
): Promise<ForecastOutcome> {
  const prepared = await planRequest(request, await openWorkbench(request), 'as it is');
  const { store } = prepared.bench;
  const { plan } = prepared;
  const { until } = goal;
  const adoptable = await readReceipt(request.earlierOutput ?? goal.outputDirectory);
  const first = await forecastSteps(store, request.subject, { plan, until, bytes: 'not needed', adoptable });
  const artifacts =
    until === undefined
      ? await forecastArtifacts(request, prepared, { ...goal, steps: first, adoptable })
      : [];
  const bytes = artifacts.some(({ fate }) => fate === 'run') ? 'needed' : 'not needed';
  const steps =
    bytes === 'needed'
      ? await forecastSteps(store, request.subject, { plan, until, bytes, adoptable })
      : first;
  return { forecast: { steps, artifacts, expectedMs: totalOf([...steps, ...artifacts]) }, prepared };
}

async function forecastArtifacts(
  { image, subject, environment }: BuildRequest,
  { plan, disk, bench }: PreparedBuild,
  goal: {
    readonly steps: readonly StepForecast[];
    readonly outputDirectory: string;
    readonly adoptable: ReadonlyMap<string, unknown>;
  },
): Promise<readonly ArtifactForecast[]> {
  const { definition } = image;
  const tree = goal.steps.at(-1)?.record ?? emptyRecord;
  const tools = await readDiskTools(definition.formats, disk);
  const aciManifest = await readAciManifest({ report: () => {} }, definition, environment);
  const certain = goal.steps.every((step) => step.fate === 'restored');
  const forecasts: ArtifactForecast[] = [];
  for (const format of definition.formats) {
    const stored = format === 'raw' ? storedDiskFormat : format;
    const sources = { definition, disk, tree, epochSeconds: plan.epochSeconds, tools, aciManifest };
    const planned = planArtifact(stored, sources);
    const isThere =
      goal.adoptable.has(`artifact ${planned.key}`) || (await hasArtifact(bench.store, planned));
    const file = artifactFile({ directory: goal.outputDirectory }, definition.name, format);
    const last =
      subject === undefined ? undefined : await readLast(bench.store, subject, `artifact ${stored}`);
    const time = last?.tookMs === undefined ? {} : { expectedMs: last.tookMs };
    if (!isThere) forecasts.push({ format, file, fate: 'run', ...time });
    else if (!certain) forecasts.push({ format, file, fate: 'follows', ...time });
    else forecasts.push({ format, file, fate: existsSync(file) ? 'in place' : 'restored' });
  }
  return forecasts;
}

async function hasArtifact(store: ContentStore, { key }: ArtifactPlan): Promise<boolean> {
  const entry = await store.find(`artifact ${key}`);
  return entry !== undefined && (await store.locate(entry.digest)) !== undefined;
}

/** All artifacts of a build are made together, and each is noted with the time of all. */
function totalOf(parts: readonly (StepForecast | ArtifactForecast)[]): number | undefined {
  let total = 0;
  let ofArtifacts = 0;
  for (const part of parts) {
    if (part.fate === 'restored' || part.fate === 'in place') continue;
    if (part.expectedMs === undefined) return undefined;
    if ('format' in part) ofArtifacts = Math.max(ofArtifacts, part.expectedMs);
    else total += part.expectedMs;
  }
  return total + ofArtifacts;
}
