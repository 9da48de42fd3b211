import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../diagnostics/failure.ts';
import type { LayerRecord } from '../layers/layer-record.ts';
import { mountOverlay } from '../layers/mount-layers.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { sandboxPaths } from '../plan/hook-environment.ts';
import { mountPseudoFilesystems } from '../sandbox/mount-pseudo-filesystems.ts';
import { openSandbox, type Sandbox } from '../sandbox/open-sandbox.ts';
import { openWorkFolder } from '../store/work-folder.ts';
import { chrootPhases } from '../util/phase.ts';
import { checkIndexes } from './check-indexes.ts';
import { type Checkpoint, considerCheckpoint, readSurroundings, restoreCheckpoint } from './checkpoint.ts';
import { commitStep } from './commit-step.ts';
import { applyHookChanges } from './hook-chain.ts';
import { mountSources } from './mount-sources.ts';
import { mountPackageCaches } from './package-caches.ts';
import { runHook, runLogged, sourceEnvironment, withHooksInside } from './run-hooks.ts';
import type { StepRun } from './step-run.ts';
import type { HookTimes } from './stored-step.ts';
import {
  isTreeEmpty,
  lendResolvConf,
  setResolvConfAside,
  takeResolvConfBack,
  tidyTree,
} from './tree-upkeep.ts';
import type { Workbench } from './workbench.ts';
import { writeFiles } from './write-files.ts';

/** What a step left behind, and how long its hooks took: all of them, and those that ran now together. */
export interface StepOutcome {
  readonly record: LayerRecord;
  readonly hookMs: HookTimes;
  readonly spentMs: number;
}

/**
 * Runs one step from the layers below it to its own layer in the store.
 *
 * Everything happens in a work folder and namespaces of its own; the store changes only by the commit at the end and
 * by checkpoints, both of which are whole or absent.
 */
export async function executeStep(
  bench: Workbench,
  run: StepRun,
  checkpoint: Checkpoint | undefined,
): Promise<StepOutcome> {
  const folder = await openWorkFolder(bench.store.paths.work, bench.asRoot);
  try {
    const sandbox = await openSandbox(folder.path, bench.privilege, bench.signal);
    try {
      await prepareFolders(bench, folder.path, run);
      if (checkpoint !== undefined) await restoreCheckpoint(sandbox, checkpoint.file);
      await mountTree(bench, sandbox, run);
      await mountSources(bench, sandbox, { folder: folder.path, step: run.step.name });
      const caches = await mountPackageCaches(
        sandbox,
        { shared: bench.store.paths.caches, work: folder.path },
        cachesOf(run),
      );
      const times = await runAllHooks(bench, sandbox, run, { folder: folder.path, checkpoint });
      if (run.step.name !== 'finalise') await checkIndexes(bench, sandbox);
      await caches.keep();
      await completeTree(sandbox, run);
      await sandbox.run(['umount', '--recursive', '--lazy', sandboxPaths.targetRoot]);
      await takeResolvConfBack(sandbox.run);
      const record = await commitStep(bench, sandbox, run, folder.path);
      return { record, ...times };
    } finally {
      await sandbox.close();
    }
  } finally {
    await folder.close();
  }
}

async function prepareFolders(bench: Workbench, folder: string, run: StepRun): Promise<void> {
  const { epochSeconds } = run.plan;
  await writeFiles(join(folder, 'hooks.base'), run.step.hooksDirectory, epochSeconds);
  await writeFiles(join(folder, 'elements'), run.step.elementFiles, epochSeconds);
  await mkdir(join(folder, 'outputs'), { recursive: true });
  await mkdir(join(folder, 'image-cache'), { recursive: true });
  await mkdir(join(bench.store.paths.caches, 'image-create'), { recursive: true });
}

async function mountTree(bench: Workbench, sandbox: Sandbox, run: StepRun): Promise<void> {
  const shared = join(bench.store.paths.caches, 'image-create');
  await sandbox.run(['mount', '--bind', shared, sandboxPaths.imageCache]);
  await sandbox.run([
    'chown',
    '-R',
    '--no-dereference',
    '0:0',
    `${sandboxPaths.hooks}.base`,
    sandboxPaths.elements,
  ]);
  await mountOverlay(sandbox.run, {
    name: 'hooks',
    base: `${sandboxPaths.hooks}.base`,
    layerFiles: await locateAll(bench, run.below.hooks === null ? [] : [run.below.hooks]),
    writable: run.step.name === 'extra-data' ? 'yes' : 'no',
  });
  await mountOverlay(sandbox.run, {
    name: 'mnt',
    layerFiles: await locateAll(bench, run.below.layers),
    writable: 'yes',
  });
  if (run.step.name === 'root') return;
  await mountPseudoFilesystems(sandbox.run, sandboxPaths.targetRoot);
  await lendResolvConf(sandbox.run);
}

/** Package caches serve up to post-root; what comes after must not need packages. */
function cachesOf(run: StepRun): BuildPlan['caches'] {
  return run.step.name === 'block-device' || run.step.name === 'finalise' ? [] : run.plan.caches;
}

async function locateAll(
  bench: Workbench,
  blobs: readonly { readonly digest: LayerRecord['layers'][number]['digest'] }[],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const { digest } of blobs) {
    const file = await bench.store.locate(digest);
    if (file === undefined) fail({ code: 'blob-damaged', digest });
    files.push(file);
  }
  return files;
}

async function runAllHooks(
  bench: Workbench,
  sandbox: Sandbox,
  run: StepRun,
  start: { readonly folder: string; readonly checkpoint: Checkpoint | undefined },
): Promise<Pick<StepOutcome, 'hookMs' | 'spentMs'>> {
  const { links } = run.chain;
  const files = applyHookChanges(run.step.hooksDirectory, run.below.hooks?.changes ?? []);
  const hookMs: Record<string, number> = { ...start.checkpoint?.hookMs };
  let spentMs = 0;
  const surroundings = links.length > 1 ? await readSurroundings(sandbox) : '';
  let sinceCheckpointMs = 0;
  for (const phase of run.step.phases) {
    const ofPhase = links.filter((link) => link.phase === phase);
    const withPackages = run.step.packages.length > 0 && chrootPhases.has(phase);
    if (ofPhase.length === 0 && !withPackages) continue;
    await withHooksInside(sandbox, phase, async () => {
      const env = await sourceEnvironment(sandbox, phase, { files, variables: run.step.environment });
      for (const link of ofPhase) {
        const index = links.indexOf(link);
        if (index < (start.checkpoint?.covered ?? 0)) continue;
        const { hook } = link;
        const count = links.length;
        const tookMs = await runHook(bench, sandbox, {
          step: run.step.name,
          image: run.plan.image,
          phase,
          hook,
          index,
          count,
          env,
        });
        hookMs[hook.path] = tookMs;
        spentMs += tookMs;
        sinceCheckpointMs += tookMs;
        if (run.step.name === 'extra-data' || index === count - 1 || !run.step.restorable) continue;
        const { epochSeconds } = run.plan;
        const { folder } = start;
        const state = { link, spentMs: sinceCheckpointMs, folder, epochSeconds, hookMs, surroundings };
        if (await considerCheckpoint(bench, sandbox, state)) sinceCheckpointMs = 0;
      }
    });
    if (withPackages) await installPackages(bench, sandbox, run);
  }
  return { hookMs, spentMs };
}

/** `-p`: outside of the hooks, without environment.d and without in_target.d, as in diskimage-builder. */
async function installPackages(bench: Workbench, sandbox: Sandbox, run: StepRun): Promise<void> {
  const result = await runLogged(bench, sandbox, {
    step: run.step.name,
    hook: 'packages',
    command: ['chroot', sandboxPaths.targetRoot, 'install-packages', ...run.step.packages],
    env: run.step.environment,
    log: 'packages.log',
  });
  if (result.ok) return;
  fail({
    code: 'packages-failed',
    packages: run.step.packages,
    status: result.status,
    lastLines: result.lastLines,
    logFile: result.logFile,
  });
}

/** What the framework itself does to the tree at the end of a step. */
async function completeTree(sandbox: Sandbox, run: StepRun): Promise<void> {
  const { name } = run.step;
  if (name === 'root') {
    if (await isTreeEmpty(sandbox.run)) fail({ code: 'root-empty', elements: rootElements(run) });
    await setResolvConfAside(sandbox.run);
  }
  if (name === 'block-device') {
    const folders = ['/etc', ...run.disk.mountPoints].map((path) => `${sandboxPaths.targetRoot}${path}`);
    await sandbox.run(['mkdir', '-p', ...folders]);
    await sandbox.run(['tee', `${sandboxPaths.targetRoot}/etc/fstab`], { input: run.disk.fstab });
  }
  if (name === 'finalise') await tidyTree(sandbox.run);
}

function rootElements(run: StepRun): readonly string[] {
  return [...new Set(run.chain.links.map((link) => link.hook.element))];
}
