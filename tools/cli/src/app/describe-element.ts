import { globSync } from 'node:fs';
import { BuildFailure, fail } from '@kiln/engine/diagnostics/failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { findElements } from '@kiln/engine/elements/find-elements.ts';
import { hooksOfPhase } from '@kiln/engine/elements/order-hooks.ts';
import { readElementRelations } from '@kiln/engine/elements/read-element-relations.ts';
import { readElement } from '@kiln/engine/elements/read-element.ts';
import { namedElements } from '@kiln/engine/elements/resolve-image.ts';
import { phases } from '@kiln/engine/util/phase.ts';
import { declaredPackages, type DeclaredPackage } from './declared-packages.ts';
import { loadDefinition } from './load-image.ts';
import { imageNames, type Workspace } from './workspace.ts';

/** What an element is and does. */
export interface DescribedElement {
  readonly name: string;
  readonly directory: string;
  readonly description: string;
  readonly dependencies: readonly string[];
  readonly provides: readonly string[];
  /** Hooks in the order in which they run, by phase; phases without any are left out. */
  readonly hooks: Readonly<Record<string, readonly string[]>>;
  readonly packages: readonly DeclaredPackage[];
  readonly variables: readonly string[];
  readonly secrets: readonly string[];
  readonly hostTools: readonly string[];
  readonly hostFiles: readonly string[];
  readonly restorable: boolean;
  /** Elements that depend on it themselves, or on what it provides. */
  readonly neededBy: readonly string[];
  /** Images that name it themselves. */
  readonly namedBy: readonly string[];
  /** Test files and cases, relative to the folder. */
  readonly tests: readonly string[];
}

/** Folders of all elements by name; fails where the element path is wrong. */
export function elementFolders(workspace: Workspace): ReadonlyMap<string, string> {
  const found = findElements(workspace.elementPath);
  if (!found.ok) throw new BuildFailure(found.failures);
  return found.value;
}

/** Reads one element; fails with 'element-not-found', or with what is wrong with it. */
export function describeElement(workspace: Workspace, name: string): DescribedElement {
  const folders = elementFolders(workspace);
  const directory = folders.get(name);
  if (directory === undefined)
    return fail({ code: 'element-not-found', element: name, near: nearName(name, folders.keys()) });
  const read = readElement(directory);
  if (!read.ok) throw new BuildFailure(read.failures);
  const { dependencies, provides, declarations, files } = read.value;
  const merged = files.map((file) => ({ ...file, element: name }));
  const hooks = phases.flatMap((phase) => {
    const paths = hooksOfPhase(merged, phase).map((file) => file.path.split('/')[1] ?? '');
    return paths.length === 0 ? [] : [[phase, paths] as const];
  });
  return {
    name,
    directory,
    description: declarations.description ?? '',
    dependencies,
    provides,
    hooks: Object.fromEntries(hooks),
    packages: declaredPackages(directory),
    variables: declarations.variables,
    secrets: declarations.secrets,
    hostTools: declarations.hostTools.map(({ tool }) => tool),
    hostFiles: declarations.hostFiles,
    restorable: declarations.restorable,
    neededBy: [...folders].flatMap(([other, folder]) =>
      readElementRelations(folder).dependencies.some((it) => it === name || provides.includes(it))
        ? [other]
        : [],
    ),
    tests: globSync(['tests/**/*.test.ts', 'test-elements/*'], { cwd: directory }).toSorted(),
    namedBy: imageNames(workspace).filter((image) => {
      const definition = loadDefinition(workspace, image, undefined);
      return definition.ok && namedElements(definition.value).includes(name);
    }),
  };
}
