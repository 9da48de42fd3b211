import type { ExecutorContext } from '@nx/devkit';
import { lockImage } from '@kiln/cli/app/lock-image.ts';
import { type ImageOptions, workspaceOf } from './image-options.ts';

/** See `lockImage`. */
export default async function lock(
  options: ImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const code = await lockImage({ workspace: workspaceOf(context), ...options });
  return { success: code === 0 };
}
