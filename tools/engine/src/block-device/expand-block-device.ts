import type { Place } from '../diagnostics/place.ts';
import type { Failure } from '../diagnostics/failure.ts';

/** Keys and list positions that lead to a value in the configuration, from its top. */
export type ConfigurationPath = readonly (string | number)[];

/** Where a value of the configuration stands in the user's file, if that is known. */
export type PlaceOf = (path: ConfigurationPath) => Place | undefined;

export const plugins = ['local_loop', 'partitioning', 'lvm', 'mkfs', 'mount', 'fstab'] as const;

export type Plugin = (typeof plugins)[number];

/** One node in digraph form: its name and its base are known, its own keys not yet looked at. */
export interface RawNode {
  readonly plugin: Plugin | 'partition';
  readonly name: string;
  readonly base: string | undefined;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly path: ConfigurationPath;
}

/** Collects what is wrong with a configuration, each problem with its place. */
export interface ProblemList {
  readonly failures: Failure[];
  readonly warnings: Failure[];
  readonly placeOf: PlaceOf;
}

/** Adds a failure about the value at `path`. */
export function addProblem(problems: ProblemList, path: ConfigurationPath, reason: string): void {
  problems.failures.push({ code: 'block-device-invalid', reason, place: problems.placeOf(path) });
}

/** Adds a warning about the value at `path`. */
export function addWarning(problems: ProblemList, path: ConfigurationPath, reason: string): void {
  problems.warnings.push({ code: 'block-device-invalid', reason, place: problems.placeOf(path) });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlugin(key: string): key is Plugin {
  return (plugins as readonly string[]).includes(key);
}

/**
 * Brings a configuration, in tree form, digraph form or a mixture, into digraph form: a flat list of named nodes.
 *
 * A nested node without `base` is based on the node around it, and one without `name` is called `<plugin>_<base>`
 * (diskimage-builder's rules). Partitions become nodes of their own, based on their `partitioning` node.
 */
export function expandBlockDevice(data: unknown, problems: ProblemList): readonly RawNode[] {
  if (!Array.isArray(data)) {
    addProblem(
      problems,
      [],
      "the configuration must be a list, one entry a node, like '- local_loop: {name: image0}'",
    );
    return [];
  }
  const nodes = data.flatMap((entry: unknown, index) => expandEntry(entry, [index], problems));
  reportDuplicates(nodes, problems);
  return nodes;
}

function expandEntry(entry: unknown, path: ConfigurationPath, problems: ProblemList): RawNode[] {
  const keys = isRecord(entry) ? Object.keys(entry) : [];
  const [plugin] = keys;
  if (!isRecord(entry) || plugin === undefined || keys.length > 1) {
    addProblem(
      problems,
      path,
      `each entry of the list must be a map with one key, the node's kind (${plugins.join(', ')})`,
    );
    return [];
  }
  if (!isPlugin(plugin)) {
    addProblem(
      problems,
      [...path, plugin],
      `'${plugin}' is no kind of node; there are ${plugins.join(', ')}`,
    );
    return [];
  }
  return expandNode({ plugin, value: entry[plugin], path: [...path, plugin], base: undefined }, problems);
}

interface Nested {
  readonly plugin: Plugin;
  readonly value: unknown;
  readonly path: ConfigurationPath;
  readonly base: string | undefined;
}

function expandNode(nested: Nested, problems: ProblemList): RawNode[] {
  const { plugin, path } = nested;
  const value = nested.value ?? {};
  if (!isRecord(value)) {
    addProblem(problems, path, `'${plugin}' must be a map of keys`);
    return [];
  }
  const base = textOf(value['base']) ?? nested.base;
  const name = textOf(value['name']) ?? (base === undefined ? undefined : `${plugin}_${base}`);
  if (name === undefined) {
    addProblem(problems, path, `'${plugin}' has neither a name nor a base to be named after`);
    return [];
  }
  const node: RawNode = { plugin, name, base, keys: value, path };
  return [
    node,
    ...(plugin === 'partitioning' ? expandPartitions(node, problems) : []),
    ...expandChildren(value, { name, path }, problems),
  ];
}

function expandPartitions(table: RawNode, problems: ProblemList): RawNode[] {
  const path = [...table.path, 'partitions'];
  const entries = table.keys['partitions'];
  if (!Array.isArray(entries) || entries.length === 0) {
    addProblem(
      problems,
      entries === undefined ? table.path : path,
      "'partitions' must be a list of at least one partition",
    );
    return [];
  }
  return entries.flatMap((entry: unknown, index) => {
    const name = isRecord(entry) ? textOf(entry['name']) : undefined;
    if (!isRecord(entry) || name === undefined) {
      addProblem(problems, [...path, index], 'each partition must be a map with a name');
      return [];
    }
    const node: RawNode = {
      plugin: 'partition',
      name,
      base: table.name,
      keys: entry,
      path: [...path, index],
    };
    return [node, ...expandChildren(entry, { name, path: node.path }, problems)];
  });
}

function expandChildren(
  value: Readonly<Record<string, unknown>>,
  parent: { readonly name: string; readonly path: ConfigurationPath },
  problems: ProblemList,
): RawNode[] {
  return Object.keys(value)
    .filter(isPlugin)
    .flatMap((plugin) =>
      expandNode(
        { plugin, value: value[plugin], path: [...parent.path, plugin], base: parent.name },
        problems,
      ),
    );
}

/** A name given as text or as a number (`name: 1`); lists, as `lvm` has for its base, are no names. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

function reportDuplicates(nodes: readonly RawNode[], problems: ProblemList): void {
  const seen = new Set<string>();
  for (const node of nodes) {
    if (seen.has(node.name))
      addProblem(problems, node.path, `there is more than one node named '${node.name}'`);
    seen.add(node.name);
  }
}
