import type { ExecutorContext } from '@nx/devkit';
import { printExplanation } from '@kiln/cli/app/print-explanation.ts';
import { type ImageOptions, workspaceOf } from './image-options.ts';

/** See `printExplanation`. */
export default async function explain(
  options: ImageOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { image, configuration, what, json } = options;
  const code = await printExplanation({ workspace: workspaceOf(context), image, configuration, what, json });
  return { success: code === 0 };
}
