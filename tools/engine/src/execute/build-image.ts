import type { Report } from '../events/build-event.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { planBuild } from '../plan/plan-build.ts';
import type { StepName } from '../plan/step.ts';
import { createRunner } from '../sandbox/command-runner.ts';
import { findPrivilege } from '../sandbox/privilege.ts';
import { ContentStore } from '../store/content-store.ts';
import { prepareStorePaths } from '../store/store-paths.ts';
import { sweepWorkFolders } from '../store/work-folder.ts';
import { draftDisk } from './draft-disk.ts';
import { ensureSteps, type StepState } from './ensure-steps.ts';
import { readHostFacts } from './read-host-facts.ts';
import type { Workbench } from './workbench.ts';

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
}

/** Brings the steps of an image up to date, up to `until` or to the last. Fails with a BuildFailure. */
export async function buildSteps(
  request: BuildRequest,
  goal: { readonly until: StepName | undefined; readonly need: 'records' | 'blobs' },
): Promise<readonly StepState[]> {
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
  const bench = await openWorkbench(request);
  return ensureSteps(bench, { plan, disk, ...goal });
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
  };
}
