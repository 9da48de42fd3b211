import { join } from 'node:path';
import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { buildImage, buildSteps, type BuildOutcome } from '@kiln/engine/execute/build-image.ts';
import type { BreakPoints } from '@kiln/engine/execute/shell/break-points.ts';
import type { BuildRequest } from '@kiln/engine/execute/build-request.ts';
import { writeWhole } from '@kiln/engine/execute/write-whole.ts';
import type { StepName } from '@kiln/engine/plan/step.ts';
import { formatBytes } from '../report/format-quantity.ts';
import { loadImage } from './load-image.ts';
import { withOwnWarnings } from './own-warnings.ts';
import { keepStoreLimit } from './tend-store.ts';
import { lockFileOf, outputDirectory, type Workspace } from './workspace.ts';

/** Which image, of which workspace, and who listens. */
export interface ImageRequest {
  readonly workspace: Workspace;
  readonly image: string;
  readonly configuration: string | undefined;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Where the build stops for a shell. */
  readonly breakPoints?: BreakPoints | undefined;
}

/** Builds an image into its output directory. Fails with a BuildFailure. */
export async function build(
  request: ImageRequest,
): Promise<BuildOutcome & { readonly image: ResolvedImage }> {
  const image = loadReported(request);
  const directory = outputDirectory(request.workspace, request.image, request.configuration);
  const outcome = await buildImage(engineRequest(request, image), directory);
  const made = [...outcome.steps, ...outcome.artifacts].some(({ origin }) => origin !== 'restored');
  if (made) await keepStoreSmall(request);
  return { ...outcome, image };
}

/** Brings an image's steps up to date, up to one of them, and makes no artifact. */
export async function buildUntil(request: ImageRequest, until: StepName): Promise<void> {
  const image = loadReported(request);
  const steps = await buildSteps(engineRequest(request, image), { until, need: 'records' });
  if (steps.some(({ origin }) => origin !== 'restored')) await keepStoreSmall(request);
}

async function keepStoreSmall({ workspace, report }: ImageRequest): Promise<void> {
  const collected = await keepStoreLimit(workspace.store, process.env);
  if (collected === undefined) return;
  const { freedBytes, keptBytes } = collected;
  const message = `the store was over its limit: ${formatBytes(freedBytes)} removed, ${formatBytes(keptBytes)} kept`;
  report({ type: 'note', message });
}

/** Brings one step of an image up to date and writes its record where the task graph looks for it. */
export async function buildStep(request: ImageRequest, step: StepName): Promise<void> {
  const own = { ...request, report: withOwnWarnings(step, request.report) };
  const states = await buildSteps(engineRequest(own, loadReported(own)), { until: step, need: 'records' });
  const record = states.at(-1)?.record;
  if (record === undefined) return;
  const directory = outputDirectory(request.workspace, request.image, request.configuration);
  await writeWhole(join(directory, 'steps', step, 'layer.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** Loads an image and reports its warnings; fails with everything that is wrong with it. */
export function loadReported(
  request: Pick<ImageRequest, 'workspace' | 'image' | 'configuration' | 'report'>,
): ResolvedImage {
  const loaded = loadImage(request.workspace, request.image, request.configuration);
  if (!loaded.ok) throw new BuildFailure(loaded.failures);
  for (const failure of loaded.warnings) request.report({ type: 'warning', failure });
  return loaded.value;
}

/** What the engine is asked for, for an image of a workspace. */
export function engineRequest(request: ImageRequest, image: ResolvedImage): BuildRequest {
  const { workspace, configuration, report, signal, breakPoints } = request;
  const directory = outputDirectory(workspace, request.image, configuration);
  const words =
    configuration === undefined ? request.image : `${request.image} --configuration ${configuration}`;
  return {
    image,
    environment: process.env,
    store: workspace.store,
    work: workspace.work,
    lockFile: lockFileOf(workspace, request.image),
    ...(process.env['KILN_CHECKPOINTS'] === 'never' ? { checkpoints: 'never' } : {}),
    network: workspace.network,
    logDirectory: join(directory, 'logs'),
    earlierOutput: directory,
    report,
    signal,
    breakPoints,
    subject: {
      id: directory,
      definitionFile: join(workspace.root, 'images', request.image, 'image.yaml'),
      words,
      // Whoever sees a failure in a task of Nx may not have `kiln` on the PATH.
      shellBefore: `npx kiln shell ${words} --before`,
    },
  };
}
