import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '@kiln/cli/app/workspace.ts';
import { readElementRelations } from '@kiln/engine/elements/read-element-relations.ts';

/** An element that a file of a project names. */
export interface Relation {
  readonly element: string;
  /** Relative to the workspace. */
  readonly sourceFile: string;
}

/**
 * Which elements an element's own files name: `element-deps`, and what its tests say.
 *
 * @param files of the element, relative to the workspace.
 */
export function readRelations(
  workspace: Workspace,
  element: string,
  files: readonly string[],
): readonly Relation[] {
  const folder = `elements/${element}`;
  const { dependencies } = readElementRelations(join(workspace.root, folder));
  const depended = dependencies.map((name) => ({ element: name, sourceFile: `${folder}/element-deps` }));
  const tests = files.filter((file) => isTest.test(file.slice(folder.length + 1)));
  return [...depended, ...tests.flatMap((file) => namedByTest(workspace, file))];
}

const isTest = /^(?:tests\/.*\.ts|test-elements\/[^/]+\/element-deps)$/;

/** Every quoted word of a test, and every line of a case's `element-deps`, that is the name of an element: tests may run it too. */
function namedByTest(workspace: Workspace, sourceFile: string): readonly Relation[] {
  const text = readFileSync(join(workspace.root, sourceFile), 'utf8');
  const words = sourceFile.endsWith('.ts')
    ? [...text.matchAll(/'([\w.-]+)'/g)].map(([, word = '']) => word)
    : text.split(/\s+/);
  return [...new Set(words)]
    .filter((word) => word !== '' && existsSync(join(workspace.root, 'elements', word)))
    .map((element) => ({ element, sourceFile }));
}
