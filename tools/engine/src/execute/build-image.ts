import { join } from 'node:path';
import { emptyRecord, type LayerRecord } from '../layers/layer-record.ts';
import type { StepName } from '../plan/step.ts';
import type { BuildRequest } from './build-request.ts';
import { describeInputs } from './artifacts/describe-inputs.ts';
import { describeAge, describeSources } from './artifacts/describe-sources.ts';
import { type EnsuredArtifacts, ensureArtifacts, type ImageArtifact } from './artifacts/ensure-artifacts.ts';
import { ensureSteps, type StepState } from './steps/ensure-steps.ts';
import type { DiskDraft } from './artifacts/draft-disk.ts';
import { exportedVariables } from './artifacts/exported-variables.ts';
import { handOut, type HookOutputs } from './artifacts/hand-out.ts';
import { imageManifest, type ImageManifest } from './artifacts/image-manifest.ts';
import { noteTreeSize, refuseSmallDisk } from './artifacts/known-tree-size.ts';
import { noteLast } from './explain/last-note.ts';
import { type OutputPlace, ownDirectory } from './artifacts/output-place.ts';
import type { ArtifactSources } from './artifacts/plan-artifacts.ts';
import { type PreparedBuild, withPreparedBuild } from './prepare-build.ts';
import { writeReceipt } from './artifacts/receipt.ts';
import { readAciManifest } from './artifacts/read-aci-manifest.ts';
import { readDiskTools } from './read-host-facts.ts';
import type { Workbench } from './workbench.ts';
import { writeBillOfMaterials } from './artifacts/write-bill-of-materials.ts';
import { writeWhole } from './write-whole.ts';

/** Brings the steps of an image up to date, up to `until` or to the last. Fails with a BuildFailure. */
export async function buildSteps(
  request: BuildRequest,
  goal: { readonly until: StepName | undefined; readonly need: 'records' | 'blobs' },
): Promise<readonly StepState[]> {
  return withPreparedBuild(request, async ({ plan, disk, bench }) => {
    await refuseSmallDisk(bench.store, request.image, plan, disk);
    return ensureSteps(bench, { plan, disk, ...goal });
  });
}

/** What a build left in the output directory. */
export interface BuildOutcome {
  readonly artifacts: readonly ImageArtifact[];
  readonly manifest: ImageManifest;
  readonly steps: readonly StepState[];
}

/**
 * Builds an image: steps, disk, formats, manifest. Afterwards every artifact lies whole in the output directory, and nothing was
 * made again that the directory or the store still had.
 *
 * @param output a directory of the image's own, or where else its parts go.
 */
export async function buildImage(request: BuildRequest, output: string | OutputPlace): Promise<BuildOutcome> {
  const place = typeof output === 'string' ? ownDirectory(output) : output;
  return withPreparedBuild(request, (prepared) => completeImage(request, prepared, place));
}

async function completeImage(
  { image, environment }: BuildRequest,
  { plan, disk: draft, bench }: PreparedBuild,
  place: OutputPlace,
): Promise<BuildOutcome> {
  const { definition } = image;
  for (const failure of await refuseSmallDisk(bench.store, image, plan, draft)) {
    bench.report({ type: 'warning', failure });
  }
  const disk: DiskDraft = {
    ...draft,
    onMeasured: (measure) => noteTreeSize(bench.store, image, plan, measure),
  };
  const tools = await readDiskTools(definition.formats, disk);
  const aciManifest = await readAciManifest(bench, definition, environment);
  let steps = await ensureSteps(bench, { plan, disk, until: undefined, need: 'records' });
  const treeOf = (): LayerRecord => steps.at(-1)?.record ?? emptyRecord;
  const needTree = async (): Promise<LayerRecord> => {
    steps = await ensureSteps(bench, { plan, disk, until: undefined, need: 'blobs', earlier: steps });
    return treeOf();
  };
  const { epochSeconds } = plan;
  let result: EnsuredArtifacts | 'tree changed';
  let started: number;
  do {
    started = performance.now();
    const sources: ArtifactSources = { definition, disk, tree: treeOf(), epochSeconds, tools, aciManifest };
    const { formats } = definition;
    result = await ensureArtifacts(bench, { sources, formats, place, needTree });
  } while (result === 'tree changed');
  while ((await handOut(bench, outputsOf(steps), place)) === 'bytes missing') await needTree();
  await noteArtifacts(bench, result, performance.now() - started);
  const manifest = imageManifest(image, steps, {
    ...result,
    sources: describeSources(bench.locked),
    inputs: describeInputs(plan, bench.locked),
    exported: await exportedVariables(bench, image, plan, {
      user: environment,
      disk: draft.variables,
      epochSeconds,
    }),
    epochSeconds,
  });
  const message = describeAge(bench.locked, Date.now());
  if (message !== undefined) bench.report({ type: 'note', message });
  await writeWhole(join(place.records, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeBillOfMaterials(bench, place.records, manifest);
  await writeReceipt(place.records, { ...result, steps });
  return { artifacts: result.artifacts, manifest, steps };
}

function outputsOf(steps: readonly StepState[]): readonly HookOutputs[] {
  return steps.flatMap(({ step, record: { outputs } }) =>
    outputs === null ? [] : [{ step: step.name, digest: outputs.digest }],
  );
}

/** What was made counts with the time of all that was made. */
async function noteArtifacts(
  { store, subject }: Workbench,
  { plans, artifacts }: EnsuredArtifacts,
  tookMs: number,
): Promise<void> {
  const origin = artifacts.some((artifact) => artifact.origin === 'run') ? 'run' : 'restored';
  const time = origin === 'run' ? { tookMs } : {};
  for (const { format, key } of plans) {
    await noteLast(store, subject, { made: `artifact ${format}`, key, origin, ...time });
  }
}
