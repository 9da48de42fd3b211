import { byteOrder } from '../util/byte-order.ts';

/** What an element's folder says about other elements. */
export interface ElementRelations {
  readonly dependencies: readonly string[];
  readonly provides: readonly string[];
}

/** The outcome of an expansion, with what is wrong about it. Every list is in byte order. */
export interface Expansion {
  /** All elements of the image. Names that some element provides are not among them. */
  readonly elements: readonly string[];
  /** Provided name to the elements that provide it; more than one is a conflict. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
  /** Names that were asked for and are also provided by another element: a conflict. */
  readonly namedAndProvided: readonly string[];
  /** Names that no folder has and no element provides. */
  readonly missing: readonly string[];
}

/**
 * Adds to some elements all that they depend on, as diskimage-builder does (`element_dependencies.py`, expansion).
 *
 * A name that an element of the image provides stands for that element, and a folder of the same name is not
 * used. diskimage-builder looks at names in the order in which they were given, and so may use such a folder
 * when it meets the name before its provider; here a provided name waits until nothing else is left, so that
 * the order of names never counts. Cycles do no harm. Pure.
 */
export function expandElements(
  named: Iterable<string>,
  relationsOf: (name: string) => ElementRelations | undefined,
): Expansion {
  const start = new Set(named);
  const postponed = new Set<string>();
  for (;;) {
    const walk = walkDependencies(start, relationsOf, postponed);
    const tooEarly = walk.expanded.filter((name) => walk.providers.has(name) && !postponed.has(name));
    for (const name of tooEarly) postponed.add(name);
    if (tooEarly.length > 0) continue;
    const isProvided = (name: string): boolean => walk.providers.has(name);
    return {
      elements: sorted(walk.expanded.filter((name) => !isProvided(name))),
      providers: new Map(
        [...walk.providers].toSorted(([a], [b]) => byteOrder(a, b)).map(([name, by]) => [name, sorted(by)]),
      ),
      namedAndProvided: sorted([...start].filter(isProvided)),
      missing: sorted(walk.missing.filter((name) => !isProvided(name))),
    };
  }
}

interface Walk {
  readonly expanded: readonly string[];
  readonly missing: readonly string[];
  readonly providers: ReadonlyMap<string, readonly string[]>;
}

function walkDependencies(
  start: ReadonlySet<string>,
  relationsOf: (name: string) => ElementRelations | undefined,
  postponed: ReadonlySet<string>,
): Walk {
  const known = new Set<string>();
  const first: string[] = [];
  const last: string[] = [];
  const providers = new Map<string, string[]>();
  const expanded: string[] = [];
  const missing: string[] = [];
  const enqueue = (names: Iterable<string>): void => {
    for (const name of sorted(names)) {
      if (!known.has(name)) (postponed.has(name) ? last : first).push(name);
      known.add(name);
    }
  };
  enqueue(start);
  for (;;) {
    const name = first.shift() ?? last.sort(byteOrder).shift();
    if (name === undefined) return { expanded, missing, providers };
    if (providers.has(name)) continue;
    const relations = relationsOf(name);
    if (relations === undefined) {
      missing.push(name);
      continue;
    }
    expanded.push(name);
    for (const provided of relations.provides)
      providers.set(provided, [...(providers.get(provided) ?? []), name]);
    enqueue(relations.dependencies);
  }
}

function sorted(names: Iterable<string>): string[] {
  return [...names].toSorted(byteOrder);
}
