import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadDefinition } from '@kiln/cli/app/load-image.ts';
import type { Workspace } from '@kiln/cli/app/workspace.ts';
import { readElementRelations } from '@kiln/engine/elements/read-element-relations.ts';
import { namedElements } from '@kiln/engine/elements/resolve-image.ts';

/** An element that a file of a project names. */
export interface Relation {
  readonly element: string;
  /** Relative to the workspace. */
  readonly sourceFile: string;
}

/** Which elements a project's own files name, and in which file (relative to the workspace). */
export function readRelations(workspace: Workspace, root: string): readonly Relation[] {
  const name = basename(root);
  if (root.startsWith('elements/')) {
    const sourceFile = `${root}/element-deps`;
    const named = namedByTests(workspace, root);
    if (!existsSync(join(workspace.root, sourceFile))) return named;
    const { dependencies } = readElementRelations(join(workspace.root, root));
    return [...dependencies.map((element) => ({ element, sourceFile })), ...named];
  }
  const definition = loadDefinition(workspace, name, undefined);
  if (!definition.ok) return [];
  return namedElements(definition.value).map((element) => ({ element, sourceFile: `${root}/image.yaml` }));
}

/** Every quoted word of a test, and every line of a case's `element-deps`, that is the name of an element: tests may run it too. */
function namedByTests(workspace: Workspace, root: string): readonly Relation[] {
  const files = globSync([`${root}/tests/**/*.ts`, `${root}/test-elements/*/element-deps`], {
    cwd: workspace.root,
  });
  return files.flatMap((sourceFile) => {
    const text = readFileSync(join(workspace.root, sourceFile), 'utf8');
    const words = sourceFile.endsWith('.ts')
      ? [...text.matchAll(/'([\w.-]+)'/g)].map(([, word = '']) => word)
      : text.split(/\s+/);
    return [...new Set(words)]
      .filter((word) => word !== '' && existsSync(join(workspace.root, 'elements', word)))
      .map((element) => ({ element, sourceFile }));
  });
}
