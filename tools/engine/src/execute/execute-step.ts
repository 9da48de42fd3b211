import { fail } from '../diagnostics/failure.ts';
import type { LayerRecord } from '../layers/layer-record.ts';
import { sandboxPaths } from '../plan/hook-environment.ts';
import type { Sandbox } from '../sandbox/open-sandbox.ts';
import { checkIndexes } from './check-indexes.ts';
import type { Checkpoint } from './checkpoint.ts';
import { commitStep } from './commit-step.ts';
import { runStepHooks, type StepTimes } from './run-step-hooks.ts';
import type { StepRun } from './step-run.ts';
import { withStepTree } from './step-tree.ts';
import { isTreeEmpty, setResolvConfAside, takeResolvConfBack, tidyTree } from './tree-upkeep.ts';
import type { Workbench } from './workbench.ts';

/** What a step left behind, and how long its hooks took. */
export interface StepOutcome extends StepTimes {
  readonly record: LayerRecord;
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
  return withStepTree(bench, run, checkpoint, async (tree) => {
    const { sandbox } = tree;
    const times = await runStepHooks(bench, tree, run, { checkpoint });
    await endLeftProcesses(sandbox);
    if (run.step.name !== 'finalise') await checkIndexes(bench, sandbox, run.step.name);
    await tree.keepCaches();
    await completeTree(sandbox, run);
    await sandbox.run(['umount', '--recursive', '--lazy', sandboxPaths.targetRoot]);
    await takeResolvConfBack(sandbox.run);
    const record = await commitStep(bench, sandbox, run, tree.folder);
    return { record, ...times };
  });
}

/** Daemons that hooks left running would go on writing while the layer is packed. All of the sandbox's processes but its first. */
async function endLeftProcesses(sandbox: Sandbox): Promise<void> {
  await sandbox.run(['bash', '--norc', '-c', 'kill -KILL -1 2>/dev/null || :']);
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
