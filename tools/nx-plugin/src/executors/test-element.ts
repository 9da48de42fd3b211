import type { ExecutorContext } from '@nx/devkit';
import { testElements } from '@kiln/cli/app/test-elements.ts';
import { workspaceOf } from './image-options.ts';

/** See `testElements`. */
export default async function test(
  { element, only }: { readonly element: string; readonly only?: string },
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const exitCode = await testElements({ workspace: workspaceOf(context), elements: [element], only });
  return { success: exitCode === 0 };
}
