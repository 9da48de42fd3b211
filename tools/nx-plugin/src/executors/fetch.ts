import type { ExecutorContext } from '@nx/devkit';
import { fetchElement } from '@kiln/cli/app/fetch-element.ts';
import { workspaceOf } from './image-options.ts';

/** See `fetchElement`. */
export default async function fetch(
  options: { readonly element: string },
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return { success: (await fetchElement(workspaceOf(context), options.element)) === 0 };
}
