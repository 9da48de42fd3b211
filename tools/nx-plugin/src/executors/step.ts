import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { buildStep } from '@kiln/cli/app/build.ts';
import { runReported, type ShowOptions } from '@kiln/cli/app/run-reported.ts';
import { recordingRuns } from '@kiln/cli/app/step-runs.ts';
import type { StepName } from '@kiln/engine/plan/step.ts';
import { type ImageOptions, showOptions, workspaceOf } from './image-options.ts';
import { runInBatch, type TaskResult } from './run-in-batch.ts';

/** Brings one step up to date. Its record is the task's output. */
export default async function step(
  options: ImageOptions,
  context: ExecutorContext,
  streams?: ShowOptions['streams'],
): Promise<{ success: boolean }> {
  const workspace = workspaceOf(context);
  const { image, configuration } = options;
  const name = options.step as StepName;
  const code = await runReported(
    { ...showOptions(options), only: name, ...(streams === undefined ? {} : { streams }) },
    (report, signal) =>
      buildStep(
        {
          workspace,
          image,
          configuration,
          signal,
          report: recordingRuns({ workspace, image, configuration }, report),
        },
        name,
      ),
  );
  return { success: code === 0 };
}

/** The same for many steps in one process. See `runInBatch`. */
export function batch(
  tasks: TaskGraph,
  options: Readonly<Record<string, ImageOptions>>,
  _overrides: unknown,
  context: ExecutorContext,
): AsyncIterable<TaskResult> {
  return runInBatch(step, tasks, options, context);
}
