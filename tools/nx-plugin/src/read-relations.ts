import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadDefinition } from '@kiln/cli/app/load-image.ts';
import type { Workspace } from '@kiln/cli/app/workspace.ts';
import { readElementRelations } from '@kiln/engine/elements/read-element-relations.ts';
import { namedElements } from '@kiln/engine/elements/resolve-image.ts';

/** Which elements a project's own files name, and in which file (relative to the workspace). */
export function readRelations(
  workspace: Workspace,
  root: string,
): readonly { readonly element: string; readonly sourceFile: string }[] {
  const name = basename(root);
  if (root.startsWith('elements/')) {
    const sourceFile = `${root}/element-deps`;
    if (!existsSync(join(workspace.root, sourceFile))) return [];
    const { dependencies } = readElementRelations(join(workspace.root, root));
    return dependencies.map((element) => ({ element, sourceFile }));
  }
  const definition = loadDefinition(workspace, name, undefined);
  if (!definition.ok) return [];
  return namedElements(definition.value).map((element) => ({ element, sourceFile: `${root}/image.yaml` }));
}
