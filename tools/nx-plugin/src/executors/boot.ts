import type { ExecutorContext } from '@nx/devkit';
import { bootImage } from '@kiln/cli/app/boot-image.ts';
import { type ImageOptions, workspaceOf } from './image-options.ts';

/** See `bootImage`. */
export default async function boot(
  options: ImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const code = await bootImage({ workspace: workspaceOf(context), ...options });
  return { success: code === 0 };
}
