import type { ExecutorContext } from '@nx/devkit';
import { outdatedImage } from '@kiln/cli/app/outdated-image.ts';
import { type ImageOptions, workspaceOf } from './image-options.ts';

/** See `outdatedImage`. */
export default async function outdated(
  options: ImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { image, configuration, json } = options;
  const code = await outdatedImage({ workspace: workspaceOf(context), image, configuration, json });
  return { success: code === 0 };
}
