import { join } from 'node:path';
import type { BuildPlan } from '../plan/build-plan.ts';
import { planBuild } from '../plan/plan-build.ts';
import { createRunner } from '../sandbox/command-runner.ts';
import { findPrivilege } from '../sandbox/privilege.ts';
import { ContentStore } from '../store/content-store.ts';
import { shareLock } from '../store/file-lock.ts';
import { prepareStorePaths } from '../store/store-paths.ts';
import { sweepWorkFolders } from '../store/work-folder.ts';
import type { BuildRequest } from './build-request.ts';
import { type DiskDraft, draftDisk } from './draft-disk.ts';
import { adoptReceipt } from './receipt.ts';
import { readHostFacts } from './read-host-facts.ts';
import type { Workbench } from './workbench.ts';

/** A build that may begin. */
export interface PreparedBuild {
  readonly plan: BuildPlan;
  readonly disk: DiskDraft;
  readonly bench: Workbench;
}

/** Plans a build: the disk's shape, what the host says, the steps. Changes nothing. */
export async function planRequest(request: BuildRequest): Promise<Omit<PreparedBuild, 'bench'>> {
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
  return { plan, disk };
}

/**
 * Prepares a build, lets `body` do it, and clears up. For as long, the store is kept from removing what the build may
 * need: its upkeep wants the lock `locks/in-use` for itself, which builds share.
 */
export async function withPreparedBuild<T>(
  request: BuildRequest,
  body: (prepared: PreparedBuild) => Promise<T>,
): Promise<T> {
  const planned = await planRequest(request);
  const bench = await openWorkbench(request);
  const inUse = await shareLock(join(bench.store.paths.locks, 'in-use'), request.signal);
  try {
    await sweepWorkFolders(bench.store.paths.work, bench.asRoot);
    if (request.earlierOutput !== undefined) await adoptReceipt(bench, request.earlierOutput);
    return await body({ ...planned, bench });
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
    asRoot: createRunner(privilege),
    report: request.report,
    logDirectory: request.logDirectory,
    signal: request.signal,
    checkpoints: request.checkpoints ?? 'where-they-pay',
    subject: request.subject,
  };
}
