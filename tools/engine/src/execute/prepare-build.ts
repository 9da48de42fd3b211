import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { tellingFullDisk } from '../diagnostics/full-disk.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { planBuild } from '../plan/plan-build.ts';
import { runAfresh } from '../plan/run-afresh.ts';
import { createRunner } from '../sandbox/command-runner.ts';
import { findPrivilege } from '../sandbox/privilege.ts';
import { transportEnvironment } from '../sources/fetching.ts';
import { ContentStore } from '../store/content-store.ts';
import { shareLock } from '../store/file-lock.ts';
import { prepareStorePaths } from '../store/store-paths.ts';
import { sweepWorkFolders } from '../store/work-folder.ts';
import { emptyStepsToBreakIn, startBreakSession } from './shell/break-points.ts';
import type { BuildRequest } from './build-request.ts';
import { checkFormats } from './artifacts/check-formats.ts';
import { type DiskDraft, draftDisk } from './artifacts/draft-disk.ts';
import { tellingNeed } from './artifacts/known-tree-size.ts';
import { adoptReceipt } from './artifacts/receipt.ts';
import { readHostFacts, requireHostTools } from './read-host-facts.ts';
import { readNamedFiles } from './read-named-files.ts';
import { takeLock } from './locks/take-lock.ts';
import type { Workbench } from './workbench.ts';
import { workingMemoryOf } from './working-memory.ts';

/** A build that may begin. */
export interface PreparedBuild {
  readonly plan: BuildPlan;
  readonly disk: DiskDraft;
  readonly bench: Workbench;
}

/**
 * Plans a build: the disk's shape, what the host and the lock say, the steps.
 *
 * @param gaps whether what the lock lacks is looked up and added to it; `as it is` changes nothing.
 * @returns the bench with the lock's content on it.
 */
export async function planRequest(
  request: BuildRequest,
  bench: Workbench,
  gaps: 'fill' | 'as it is',
): Promise<PreparedBuild> {
  const { image, environment } = request;
  const disk = draftDisk(image, environment);
  for (const failure of disk.warnings) bench.report({ type: 'warning', failure });
  requireHostTools(image, disk);
  await checkFormats(image.definition);
  const lock = await takeLock(bench, request, disk, gaps);
  const host = {
    ...(await readHostFacts(image.elements)),
    ...(await readNamedFiles(image.elements, { ...environment, ...image.definition.environment })),
  };
  const plan = planBuild(image, {
    user: bench.fetching.network === 'offline' ? { ...environment, DIB_OFFLINE: '1' } : environment,
    arguments: request.arguments,
    breakSteps: bench.breaks && emptyStepsToBreakIn(bench.breaks),
    disk: disk.variables,
    fstab: disk.fstab,
    device: { variables: disk.devices.variables, shape: disk.shape },
    epochSeconds: lock.epochSeconds,
    host,
    locked: lock.inputs,
    keepsStates: bench.checkpoints !== 'never',
  });
  const steps = runAfresh(plan, environment['KILN_FRESH']);
  return { plan: steps, disk, bench: { ...bench, locked: lock.things, packageIndexes: lock.packageIndexes } };
}

/**
 * Prepares a build and lets `body` do it.
 */
export async function withPreparedBuild<T>(
  request: BuildRequest,
  body: (prepared: PreparedBuild) => Promise<T>,
): Promise<T> {
  return withWorkbench(request, async (bench) => {
    if (request.earlierOutput !== undefined) await adoptReceipt(bench, request.earlierOutput);
    return tellingNeed(bench.store, request.image, async () =>
      body(await planRequest(request, bench, 'fill')),
    );
  });
}

/**
 * Opens the store, lets `body` work with it, and clears up. For as long, the store is kept from removing what may be
 * needed: its upkeep wants the lock `locks/in-use` for itself, which builds share.
 */
export async function withWorkbench<T>(
  request: Omit<BuildRequest, 'image'>,
  body: (bench: Workbench) => Promise<T>,
): Promise<T> {
  return tellingFullDisk({ path: request.store, doing: 'building' }, () => workWith(request, body));
}

async function workWith<T>(
  request: Omit<BuildRequest, 'image'>,
  body: (bench: Workbench) => Promise<T>,
): Promise<T> {
  const bench = await openWorkbench(request);
  const inUse = await shareLock(join(bench.store.paths.locks, 'in-use'), request.signal);
  try {
    await sweepWorkFolders(bench.store.paths.work, bench.asRoot);
    return await body(bench);
  } finally {
    await inUse.release();
  }
}

/** Opens the store and finds out how to become root; takes no lock. */
export async function openWorkbench(request: Omit<BuildRequest, 'image'>): Promise<Workbench> {
  const paths = await prepareStorePaths(request.store, request.work);
  const privilege = await findPrivilege();
  const store = new ContentStore(paths, (digest) =>
    request.report({ type: 'warning', failure: { code: 'blob-damaged', digest } }),
  );
  return {
    store,
    privilege,
    asRoot: createRunner(privilege, { writesTo: paths.work }),
    report: request.report,
    logDirectory: request.logDirectory,
    signal: request.signal,
    checkpoints: request.checkpoints ?? 'where-they-pay',
    imageCache: request.imageCache ?? join(paths.caches, 'image-create'),
    breaks: startBreakSession(request.breakPoints),
    memory: workingMemoryOf(request.environment),
    subject: request.subject,
    locked: [],
    packageIndexes: [],
    fetching: {
      store,
      network: request.network ?? 'online',
      environment: transportEnvironment(request.environment),
      report: request.report,
      signal: request.signal,
      wait: (milliseconds) => setTimeout(milliseconds, undefined, { signal: request.signal }),
    },
  };
}
