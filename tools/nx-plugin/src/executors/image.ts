import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { build } from '@kiln/cli/app/build.ts';
import { runReported, type ShowOptions } from '@kiln/cli/app/run-reported.ts';
import { withEarlierRuns } from '@kiln/cli/app/step-runs.ts';
import { type ImageOptions, showOptions, workspaceOf } from './image-options.ts';
import { runInBatch, type TaskResult } from './run-in-batch.ts';

/** Has the artifacts in dist/, whole. Never cached: what lies in dist/ is looked at each time, which costs little. */
export default async function image(
  options: ImageOptions,
  context: ExecutorContext,
  streams?: ShowOptions['streams'],
): Promise<{ success: boolean }> {
  const workspace = workspaceOf(context);
  const { image: name, configuration } = options;
  const code = await runReported(
    { ...showOptions(options), ...(streams === undefined ? {} : { streams }) },
    async (report, signal) => {
      const request = { workspace, image: name, configuration };
      await build({ ...request, signal, report: withEarlierRuns(request, report) });
    },
  );
  return { success: code === 0 };
}

/** The same for many images in one process. See `runInBatch`. */
export function batch(
  tasks: TaskGraph,
  options: Readonly<Record<string, ImageOptions>>,
  _overrides: unknown,
  context: ExecutorContext,
): AsyncIterable<TaskResult> {
  return runInBatch(image, tasks, options, context);
}
