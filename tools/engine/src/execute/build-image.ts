import { join } from 'node:path';
import type { Report } from '../events/build-event.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { emptyRecord } from '../layers/layer-record.ts';
import { planBuild } from '../plan/plan-build.ts';
import type { StepName } from '../plan/step.ts';
import { createRunner } from '../sandbox/command-runner.ts';
import { findPrivilege } from '../sandbox/privilege.ts';
import { ContentStore } from '../store/content-store.ts';
import { prepareStorePaths } from '../store/store-paths.ts';
import { sweepWorkFolders } from '../store/work-folder.ts';
import { draftDisk } from './draft-disk.ts';
import { ensureArtifacts, type ImageArtifact } from './ensure-artifacts.ts';
import { ensureSteps, type StepState } from './ensure-steps.ts';
import { imageManifest, type ImageManifest } from './image-manifest.ts';
import type { ArtifactSources } from './plan-artifacts.ts';
import { readDiskTools, readHostFacts } from './read-host-facts.ts';
import type { CheckpointPolicy, Workbench } from './workbench.ts';
import { writeWhole } from './write-whole.ts';

/** What a build needs to know beside the image. All paths are absolute. */
export interface BuildRequest {
  readonly image: ResolvedImage;
  /** The user's environment, as data; hooks see only what the elements mention. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Root of the content store. */
  readonly store: string;
  /** Where work folders lie; undefined: in the store. Must be in the store's file system, and no overlayfs. */
  readonly work?: string | undefined;
  readonly logDirectory: string;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
  /** By default 'where-they-pay'. */
  readonly checkpoints?: CheckpointPolicy;
}

/** Brings the steps of an image up to date, up to `until` or to the last. Fails with a BuildFailure. */
export async function buildSteps(
  request: BuildRequest,
  goal: { readonly until: StepName | undefined; readonly need: 'records' | 'blobs' },
): Promise<readonly StepState[]> {
  const { plan, disk, bench } = await prepareBuild(request);
  return ensureSteps(bench, { plan, disk, ...goal });
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
 */
export async function buildImage(request: BuildRequest, outputDirectory: string): Promise<BuildOutcome> {
  const { image } = request;
  const { plan, disk, bench } = await prepareBuild(request);
  const steps = await ensureSteps(bench, { plan, disk, until: undefined, need: 'records' });
  const sources: ArtifactSources = {
    definition: image.definition,
    disk,
    tree: steps.at(-1)?.record ?? emptyRecord,
    epochSeconds: plan.epochSeconds,
    tools: await readDiskTools(image.definition.formats, disk),
  };
  const result = await ensureArtifacts(bench, {
    sources,
    formats: image.definition.formats,
    outputDirectory,
    needTree: async () => {
      await ensureSteps(bench, { plan, disk, until: undefined, need: 'blobs' });
    },
  });
  const manifest = imageManifest(image, steps, { ...result, sources: {} });
  await writeWhole(join(outputDirectory, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { artifacts: result.artifacts, manifest, steps };
}

async function prepareBuild(request: BuildRequest) {
  const { image, environment } = request;
  const disk = draftDisk(image, environment);
  const host = await readHostFacts(image.elements);
  const plan = planBuild(image, {
    user: environment,
    disk: disk.variables,
    fstab: disk.fstab,
    epochSeconds: 1735689600,
    host,
    locked: {},
  });
  return { plan, disk, bench: await openWorkbench(request) };
}

async function openWorkbench(request: BuildRequest): Promise<Workbench> {
  const paths = await prepareStorePaths(request.store, request.work);
  const privilege = await findPrivilege();
  const asRoot = createRunner(privilege, request.signal);
  await sweepWorkFolders(paths.work, asRoot);
  const store = new ContentStore(paths, (digest) =>
    request.report({ type: 'warning', failure: { code: 'blob-damaged', digest } }),
  );
  return {
    store,
    privilege,
    asRoot,
    report: request.report,
    logDirectory: request.logDirectory,
    signal: request.signal,
    checkpoints: request.checkpoints ?? 'where-they-pay',
  };
}
