import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { build as buildImage, buildStep } from '@kiln/cli/app/build.ts';
import { runReported, type ShowOptions } from '@kiln/cli/app/run-reported.ts';
import { recordingRuns, withEarlierRuns } from '@kiln/cli/app/step-runs.ts';
import type { StepName } from '@kiln/engine/plan/step.ts';
import { type ImageOptions, showOptions, workspaceOf } from './image-options.ts';
import { runInBatch, type TaskResult } from './run-in-batch.ts';

/**
 * Brings one step of an image up to date, whose record is the task's output; or, where none is named, has the artifacts in dist/, whole.
 * The latter is never cached: what lies in dist/ is looked at each time, which costs little.
 */
export default async function build(
  options: ImageOptions,
  context: ExecutorContext,
  streams?: ShowOptions['streams'],
): Promise<{ success: boolean }> {
  const { image, configuration } = options;
  const of = { workspace: workspaceOf(context), image, configuration };
  const show = { ...showOptions(options), ...(streams === undefined ? {} : { streams }) };
  const step = options.step as StepName | undefined;
  const code =
    step === undefined
      ? await runReported(show, async (report, signal) => {
          await buildImage({ ...of, signal, report: withEarlierRuns(of, report) });
        })
      : await runReported({ ...show, only: step }, (report, signal) =>
          buildStep({ ...of, signal, report: recordingRuns(of, report) }, step),
        );
  return { success: code === 0 };
}

/** The same for many tasks in one process. See `runInBatch`. */
export function batch(
  tasks: TaskGraph,
  options: Readonly<Record<string, ImageOptions>>,
  _overrides: unknown,
  context: ExecutorContext,
): AsyncIterable<TaskResult> {
  return runInBatch(build, tasks, options, context);
}
