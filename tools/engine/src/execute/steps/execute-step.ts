import { fail } from '../../diagnostics/failure.ts';
import type { LayerRecord } from '../../layers/layer-record.ts';
import type { StepPlan } from '../../plan/build-plan.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import { checkIndexes } from './check-indexes.ts';
import { type Checkpoint, sealLayer } from './checkpoint.ts';
import { commitStep } from './commit-step.ts';
import { findLeftMounts, type LeftMounts, leavesMounts } from './left-mounts.ts';
import { detachLoopDevices, type PrintedVariables } from './printed-variables.ts';
import { runStepHooks, type StepTimes } from './run-step-hooks.ts';
import type { StepRun } from './step-run.ts';
import { type StepTree, type TreeStart, withStepTree } from './step-tree.ts';
import { isTreeEmpty, setResolvConfAside, takeResolvConfBack, tidyTree } from './tree-upkeep.ts';
import type { Workbench } from '../workbench.ts';
import { grantMemory, orOutgrown, OutgrownMemory } from '../working-memory.ts';

/** What a step left behind, and how long its hooks took. */
export interface StepOutcome extends StepTimes {
  readonly record: LayerRecord;
}

/**
 * Runs one step from the layers below it to its own layers in the store: one, and before it those that were sealed when hooks had
 * written much. After each of those the step goes on in a new tree, as if resumed.
 *
 * Everything happens in work folders and namespaces of their own; the store changes only by the commit at the end, and by
 * checkpoints and sealed layers, all of which are whole or absent.
 */
export async function executeStep(
  bench: Workbench,
  run: StepRun,
  checkpoint: Checkpoint | undefined,
): Promise<StepOutcome> {
  let from = checkpoint;
  let spentMs = 0;
  for (;;) {
    const end = await runWhereItFits(bench, run, from);
    spentMs += end.times.spentMs;
    if ('record' in end) return { record: end.record, hookMs: end.times.hookMs, spentMs };
    from = end.sealed;
  }
}

type LayerEnd =
  | { readonly times: StepTimes; readonly sealed: Checkpoint }
  | { readonly times: StepTimes; readonly record: LayerRecord };

/** Works in memory where it suffices; hooks that write more than it holds run once more, on disk. */
async function runWhereItFits(
  bench: Workbench,
  run: StepRun,
  checkpoint: Checkpoint | undefined,
): Promise<LayerEnd> {
  const memoryBytes = await grantMemory(bench.memory);
  try {
    return await runToLayer(bench, run, { checkpoint, memoryBytes });
  } catch (error) {
    if (!(error instanceof OutgrownMemory)) throw error;
    bench.report({
      type: 'note',
      message: `${run.step.name}: memory is too small for it; once more, on disk`,
    });
    return runToLayer(bench, run, { checkpoint });
  }
}

/** Runs hooks until there is a layer to pack, and packs it. */
async function runToLayer(bench: Workbench, run: StepRun, start: TreeStart): Promise<LayerEnd> {
  return withStepTree(bench, run, start, async (tree) => {
    try {
      return await makeLayer(bench, run, tree, start.checkpoint);
    } catch (error) {
      if (start.memoryBytes === undefined || bench.signal?.aborted === true) throw error;
      throw await orOutgrown(tree.sandbox, error);
    }
  });
}

async function makeLayer(
  bench: Workbench,
  run: StepRun,
  tree: StepTree,
  from: Checkpoint | undefined,
): Promise<LayerEnd> {
  const { sandbox, folder } = tree;
  const { full, printed, ...times } = await runStepHooks(bench, tree, run, { checkpoint: from });
  // The devices end with the processes.
  const areas = (await tree.disk?.collect()) ?? [];
  const left = await endLeftProcesses(sandbox, run.step);
  reportLost(bench, run.step, left);
  await endOwnDisk(bench, tree, run, printed);
  if (run.step.name !== 'finalise') await checkIndexes(bench, sandbox, run.step.name);
  await tree.keepCaches();
  if (full === undefined) await completeTree(sandbox, run);
  await tree.disk?.settle();
  await sandbox.run(['umount', '--recursive', '--lazy', sandboxPaths.targetRoot]);
  // The last step has put the tree's own in place, which may say the same as the one that was lent.
  if (run.step.name !== 'finalise') await takeResolvConfBack(sandbox.run);
  const sealed = from?.sealed ?? [];
  if (full === undefined)
    return {
      times,
      record: await commitStep(bench, sandbox, run, {
        folder,
        sealed,
        mounts: left.kept,
        printed,
        shown: tree.disk && { seed: tree.disk.seed, areas },
      }),
    };
  const { epochSeconds } = run.plan;
  const state = { ...full, folder, epochSeconds, hookMs: times.hookMs, sealed, mounts: left.kept };
  return { times, sealed: await sealLayer(bench, sandbox, state) };
}

/** Of hooks that make the disk themselves, the name that they gave it goes on to later hooks, and nothing else. */
async function endOwnDisk(
  bench: Workbench,
  { sandbox, folder }: StepTree,
  { step, chain }: StepRun,
  printed: PrintedVariables,
): Promise<void> {
  if (step.name !== 'block-device' || chain.links.length === 0) return;
  await detachLoopDevices(sandbox, folder);
  const device = printed['IMAGE_BLOCK_DEVICE'];
  if (device === undefined) return;
  const message = `a hook of block-device.d made the disk ${device}: later hooks see the name, but the disk of the image is written by Kiln`;
  bench.report({ type: 'note', message });
}

/**
 * Daemons that hooks left running would go on writing while the layer is packed: ends all of the sandbox's processes but its first.
 *
 * @returns what is mounted then.
 */
async function endLeftProcesses(sandbox: Sandbox, { caches }: StepPlan): Promise<LeftMounts> {
  const script = 'kill -KILL -1 2>/dev/null || :; cat /proc/self/mountinfo';
  const { stdout } = await sandbox.run(['bash', '--norc', '-c', script]);
  return findLeftMounts(stdout, caches);
}

function reportLost(bench: Workbench, { name }: StepPlan, { lost }: LeftMounts): void {
  if (lost.length === 0 || !leavesMounts(name)) return;
  const message = `later steps do not see what hooks of ${name} mounted at ${lost.join(', ')}`;
  bench.report({ type: 'note', message });
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
