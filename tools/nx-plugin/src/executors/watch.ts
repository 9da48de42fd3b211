import type { ExecutorContext } from '@nx/devkit';
import { watchImage } from '@kiln/cli/app/watch-image.ts';
import type { StepName } from '@kiln/engine/plan/step.ts';
import { type ImageOptions, showOptions, workspaceOf } from './image-options.ts';

/** See `watchImage`. It ends when it is interrupted, which is no failure. */
export default async function watch(
  options: ImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await watchImage({
    workspace: workspaceOf(context),
    image: options.image,
    configuration: options.configuration,
    until: options.until as StepName | undefined,
    shell: options.shell === true ? 'offered' : 'not offered',
    show: showOptions(options),
  });
  return { success: true };
}
