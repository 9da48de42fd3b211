import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { type ElementRelations, expandElements } from '@kiln/engine/elements/expand-elements.ts';
import { findElements } from '@kiln/engine/elements/find-elements.ts';
import { providersOf, readElementRelations } from '@kiln/engine/elements/read-element-relations.ts';

/** One element of a closure. */
export interface ClosureElement extends ElementRelations {
  readonly name: string;
  /** Real path of its folder. */
  readonly path: string;
}

/**
 * The elements that are named, with all that they depend on. In byte order.
 *
 * Fails with everything that is wrong: names that are nowhere, that more than one element provides, or that are
 * named and provided; no element that provides `operating-system`.
 */
export function elementClosure(
  named: readonly string[],
  elementPath: readonly string[],
): readonly ClosureElement[] {
  const found = findElements(elementPath);
  if (!found.ok) throw new BuildFailure(found.failures);
  const folders = found.value;
  const relations = new Map<string, ElementRelations>();
  const relationsOf = (name: string): ElementRelations | undefined => {
    const folder = folders.get(name);
    if (folder === undefined) return undefined;
    const known = relations.get(name) ?? readElementRelations(folder);
    relations.set(name, known);
    return known;
  };
  const expansion = expandElements(named, relationsOf);
  const failures: readonly Failure[] = [
    ...expansion.missing.map((name): Failure => {
      const neededBy = expansion.elements.find((it) => relationsOf(it)?.dependencies.includes(name));
      return {
        code: 'element-not-found',
        element: name,
        near: nearName(name, folders.keys()),
        providers: providersOf(name, folders),
        neededBy: named.includes(name) ? undefined : neededBy,
      };
    }),
    ...[...expansion.providers]
      .filter(([name, by]) => by.length > 1 || expansion.namedAndProvided.includes(name))
      .map(([name, by]): Failure => ({
        code: 'element-already-provided',
        name,
        providers: expansion.namedAndProvided.includes(name) ? [...by, name] : by,
      })),
  ];
  const isBootable = expansion.missing.length > 0 || expansion.providers.has('operating-system');
  const missingSystem: readonly Failure[] = isBootable
    ? []
    : [{ code: 'operating-system-missing', image: named.join(' ') }];
  if (failures.length + missingSystem.length > 0) throw new BuildFailure([...failures, ...missingSystem]);
  return expansion.elements.map((name) => ({
    name,
    path: folders.get(name) ?? '',
    ...(relationsOf(name) ?? { dependencies: [], provides: [] }),
  }));
}
