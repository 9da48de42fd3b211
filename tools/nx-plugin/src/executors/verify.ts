import type { ExecutorContext } from '@nx/devkit';
import { verifyImage } from '@kiln/cli/app/verify-image.ts';
import { type ImageOptions, workspaceOf } from './image-options.ts';

/** See `verifyImage`. */
export default async function verify(
  options: ImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const code = await verifyImage({ workspace: workspaceOf(context), ...options });
  return { success: code === 0 };
}
