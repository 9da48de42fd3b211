import { join } from 'node:path';
import { fixElement, lintElement, renderFindings } from '@kiln/element-lint';
import type { ExecutorContext } from '@nx/devkit';

/** Checks one element, and with `--fix` mends what needs no choice. */
export default async function lint(
  options: { readonly element: string; readonly fix?: boolean },
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const directory = join(context.root, 'elements', options.element);
  if (options.fix === true) await fixElement(directory);
  const findings = await lintElement(directory);
  if (findings.length > 0)
    process.stdout.write(`${renderFindings(findings, `elements/${options.element}`)}\n`);
  return { success: findings.every((finding) => finding.severity !== 'error') };
}
