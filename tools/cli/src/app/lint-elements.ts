import { relative } from 'node:path';
import { fixElement, lintElement, renderFindings } from '@kiln/element-lint';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { findElements } from '@kiln/engine/elements/find-elements.ts';
import { readElementRelations } from '@kiln/engine/elements/read-element-relations.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { elementFolders } from './describe-element.ts';
import type { Workspace } from './workspace.ts';

/** Which elements are to be checked. */
export interface LintElementsRequest {
  readonly workspace: Workspace;
  /** Names of elements; none: all in the workspace's own `elements/`. */
  readonly elements: readonly string[];
  /** Mend first what needs no choice. */
  readonly fix?: boolean | undefined;
}

/**
 * Checks elements against the rules and prints what was found, and what was mended. Fails with 'element-not-found'.
 *
 * @returns the exit code: 0 where there are no errors, else 1.
 */
export async function lintElements({ workspace, elements, fix }: LintElementsRequest): Promise<number> {
  const known = elementFolders(workspace);
  const provided = [...known.values()].flatMap((folder) => readElementRelations(folder).provides);
  const knownElements = new Set([...known.keys(), ...provided]);
  let exitCode = 0;
  for (const name of elements.length === 0 ? ownNames(workspace) : elements) {
    const folder = known.get(name);
    if (folder === undefined)
      return fail({ code: 'element-not-found', element: name, near: nearName(name, known.keys()) });
    const shown = relative(process.cwd(), folder);
    if (fix === true)
      for (const { rule, file } of await fixElement(folder, { knownElements }))
        process.stdout.write(`${shown}/${file}: mended (${rule})\n`);
    const findings = await lintElement(folder, { knownElements });
    if (findings.length > 0) process.stdout.write(`${renderFindings(findings, shown)}\n`);
    if (findings.some((finding) => finding.severity === 'error')) exitCode = 1;
  }
  return exitCode;
}

function ownNames({ elementPath }: Workspace): readonly string[] {
  const own = findElements(elementPath.slice(0, 1));
  return own.ok ? [...own.value.keys()].toSorted() : [];
}
