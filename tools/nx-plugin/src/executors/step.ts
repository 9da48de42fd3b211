import type { ExecutorContext } from '@nx/devkit';
import { buildStep } from '@kiln/cli/app/build.ts';
import { runReported } from '@kiln/cli/app/run-reported.ts';
import { recordingRuns } from '@kiln/cli/app/step-runs.ts';
import type { StepName } from '@kiln/engine/plan/step.ts';
import { type ImageOptions, showOptions, workspaceOf } from './image-options.ts';

/** Brings one step up to date. Its record is the task's output. */
export default async function step(
  options: ImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const workspace = workspaceOf(context);
  const { image, configuration } = options;
  const name = options.step as StepName;
  const code = await runReported({ ...showOptions(options), only: name }, (report, signal) =>
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
