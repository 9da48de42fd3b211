import type { ExecutorContext } from '@nx/devkit';
import { build } from '@kiln/cli/app/build.ts';
import { runReported } from '@kiln/cli/app/run-reported.ts';
import { withEarlierRuns } from '@kiln/cli/app/step-runs.ts';
import { type ImageOptions, showOptions, workspaceOf } from './image-options.ts';

/** Has the artifacts in dist/, whole. Never cached: what lies in dist/ is looked at each time, which costs little. */
export default async function image(
  options: ImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const workspace = workspaceOf(context);
  const { image: name, configuration } = options;
  const code = await runReported(showOptions(options), async (report, signal) => {
    const request = { workspace, image: name, configuration };
    await build({ ...request, signal, report: withEarlierRuns(request, report) });
  });
  return { success: code === 0 };
}
