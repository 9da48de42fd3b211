import { join } from 'node:path';
import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { Result } from '@kiln/engine/diagnostics/result.ts';
import { resolveImage } from '@kiln/engine/elements/resolve-image.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import type { BreakPoints } from '@kiln/engine/execute/shell/break-points.ts';
import type { BuildEvent, Origin, Report } from '@kiln/engine/events/build-event.ts';
import { buildImage, buildSteps } from '@kiln/engine/execute/build-image.ts';
import type { ImageArtifact } from '@kiln/engine/execute/artifacts/ensure-artifacts.ts';
import type { StepState } from '@kiln/engine/execute/steps/ensure-steps.ts';
import type { KeyRecord } from '@kiln/engine/fingerprint/key-record.ts';
import { applyConfiguration } from '@kiln/engine/image-definition/apply-configuration.ts';
import { readImageDefinition } from '@kiln/engine/image-definition/read-image-definition.ts';
import type { LayerRecord } from '@kiln/engine/layers/layer-record.ts';
import type { RigRequest } from './rig-request.ts';

/** A step of a build that ended well. */
export interface RigStep {
  readonly name: string;
  readonly origin: Origin;
  readonly key: string;
  readonly keyRecord: KeyRecord;
  readonly record: LayerRecord;
}

/** What came of a build. A bug of the engine is no outcome: it is thrown. */
export interface RigBuild {
  readonly ended: 'done' | 'failed' | 'cancelled';
  readonly failures: readonly Failure[];
  readonly events: readonly BuildEvent[];
  /** Of a build that ended well. */
  readonly steps: readonly RigStep[];
  readonly artifacts: readonly ImageArtifact[];
}

/** Who listens to a build, and what opens shells in it. */
export interface RigListener {
  readonly report?: Report;
  readonly signal?: AbortSignal | undefined;
  readonly breakPoints?: BreakPoints | undefined;
}

/** Builds an image of a rig in this process. */
export async function runRigBuild(request: RigRequest, listen: RigListener = {}): Promise<RigBuild> {
  const events: BuildEvent[] = [];
  const report: Report = (event) => {
    events.push(event);
    listen.report?.(event);
  };
  const nothing = { failures: [], events, steps: [], artifacts: [] };
  const loaded = loadRigImage(request);
  if (!loaded.ok) return { ...nothing, ended: 'failed', failures: loaded.failures };
  try {
    return { ...nothing, ended: 'done', ...(await build(request, loaded.value, { ...listen, report })) };
  } catch (error) {
    if (error instanceof BuildFailure) return { ...nothing, ended: 'failed', failures: error.failures };
    if (listen.signal?.aborted === true) return { ...nothing, ended: 'cancelled' };
    throw error;
  }
}

/** Reads and resolves an image of a rig, or tells everything that is wrong with it. */
export function loadRigImage(
  request: Pick<RigRequest, 'root' | 'image' | 'configuration'>,
): Result<ResolvedImage> {
  const file = join(request.root, 'images', request.image, 'image.yaml');
  const read = readImageDefinition(file, { hostArchitecture: 'amd64' });
  const { configuration } = request;
  const definition =
    read.ok && configuration !== undefined ? applyConfiguration(read.value, configuration) : read;
  return definition.ok ? resolveImage(definition.value, [join(request.root, 'elements')]) : definition;
}

async function build(
  request: RigRequest,
  image: ResolvedImage,
  { report, signal, breakPoints }: RigListener & { readonly report: Report },
): Promise<Pick<RigBuild, 'steps' | 'artifacts'>> {
  const engineRequest = { ...engineRequestOf(request), image, report, signal, breakPoints };
  const { outputDirectory, until } = request;
  if (until === undefined) {
    const { steps, artifacts } = await buildImage(engineRequest, outputDirectory);
    return { steps: steps.map(rigStep), artifacts };
  }
  const goal = { until: until === 'last' ? undefined : until, need: 'records' } as const;
  return { steps: (await buildSteps(engineRequest, goal)).map(rigStep), artifacts: [] };
}

/** What the engine is asked for, but for the image and who listens. */
export function engineRequestOf(request: RigRequest) {
  const {
    root,
    image,
    store,
    environment,
    outputDirectory,
    checkpoints,
    network,
    arguments: words,
  } = request;
  return {
    environment,
    arguments: words,
    store,
    logDirectory: join(outputDirectory, 'logs'),
    earlierOutput: outputDirectory,
    lockFile: join(root, 'images', image, 'image.lock.json'),
    checkpoints,
    network,
  };
}

function rigStep({ step, origin, chain, record }: StepState): RigStep {
  return { name: step.name, origin, key: chain.key, keyRecord: chain.record, record };
}
