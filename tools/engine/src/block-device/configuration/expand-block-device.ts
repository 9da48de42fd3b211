import { nearName } from '../../diagnostics/near-name.ts';
import type { ConfigurationPath, NodeKind, Plugin, ProblemList, RawNode } from './raw-node.ts';
import { addProblem, isRecord, plugins } from './raw-node.ts';

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
    addProblem(problems, [], {
      reason: 'the configuration must be a list, an entry for each node',
      remedy: "begin with '- local_loop: {name: image0}'",
    });
    return [];
  }
  const nodes = data.flatMap((entry: unknown, index) => expandEntry(entry, [index], problems));
  reportDuplicates(nodes, problems);
  return nodes;
}

function expandEntry(entry: unknown, path: ConfigurationPath, problems: ProblemList): RawNode[] {
  const remedy = `an entry is a map with one key, the node's kind: ${plugins.join(', ')}`;
  if (!isRecord(entry)) {
    addProblem(problems, path, { reason: `Config entry not a dict: ${shown(entry)}`, remedy });
    return [];
  }
  const [plugin, ...others] = Object.keys(entry);
  if (plugin === undefined || others.length > 0) {
    const reason = `Config entry top-level should be a single dict: ${shown(entry)}`;
    addProblem(problems, path, {
      reason,
      remedy: others.some(isPlugin)
        ? `${remedy}; give each its own '- '`
        : `${remedy}; indent its keys below it`,
    });
    return [];
  }
  if (!isPlugin(plugin)) {
    const near = nearName(plugin, plugins);
    addProblem(problems, [...path, plugin], {
      reason: `Config element [${plugin}] is not implemented`,
      remedy: near === undefined ? `there are ${plugins.join(', ')}` : `did you mean '${near}'?`,
    });
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
    addProblem(problems, path, {
      reason: `Config entry is not a plugin value: ${plugin}: ${shown(value)}`,
      remedy: `'${plugin}' must be a map of keys`,
    });
    return [];
  }
  const base = textOf(value['base']) ?? nested.base;
  const name = textOf(value['name']) ?? (base === undefined ? undefined : `${plugin}_${base}`);
  if (name === undefined) {
    addProblem(problems, path, {
      reason: `'${plugin}' has neither a name nor a base to be named after`,
      remedy: "give it a 'name', or nest it in the node that it stands on",
    });
    return [];
  }
  const node: RawNode = { plugin, name, base, keys: value, path };
  return [
    node,
    ...(plugin === 'partitioning' ? expandPartitions(node, problems) : []),
    ...(plugin === 'lvm' ? expandVolumes(node, problems) : []),
    ...expandChildren(value, { name, path }, problems),
  ];
}

function expandPartitions(table: RawNode, problems: ProblemList): RawNode[] {
  return expandList(table, { key: 'partitions', kind: 'partition', entry: 'partition' }, problems);
}

/** The three lists of an `lvm` node; what a volume or a group stands on, it says itself. */
function expandVolumes(node: RawNode, problems: ProblemList): RawNode[] {
  return [
    ...expandList(node, { key: 'pvs', kind: 'pv', entry: 'physical volume' }, problems),
    ...expandList(node, { key: 'vgs', kind: 'vg', entry: 'volume group' }, problems),
    ...expandList(node, { key: 'lvs', kind: 'lv', entry: 'logical volume' }, problems),
  ];
}

interface ListOfNodes {
  readonly key: string;
  readonly kind: NodeKind;
  /** In words. */
  readonly entry: string;
}

function expandList(parent: RawNode, { key, kind, entry }: ListOfNodes, problems: ProblemList): RawNode[] {
  const path = [...parent.path, key];
  const entries = parent.keys[key];
  if (!Array.isArray(entries) || entries.length === 0) {
    addProblem(
      problems,
      entries === undefined ? parent.path : path,
      `'${parent.name}' needs '${key}', a list of at least one ${entry}`,
    );
    return [];
  }
  return entries.flatMap((value: unknown, index) => {
    const name = isRecord(value) ? textOf(value['name']) : undefined;
    if (!isRecord(value) || name === undefined) {
      addProblem(problems, [...path, index], `each ${entry} must be a map with a name`);
      return [];
    }
    const around = kind === 'partition' ? parent.name : kind === 'pv' ? parent.base : undefined;
    const base = (kind === 'partition' ? undefined : textOf(value['base'])) ?? around;
    const node: RawNode = { plugin: kind, name, base, keys: value, path: [...path, index] };
    return [node, ...expandChildren(value, { name, path: node.path }, problems)];
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

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function reportDuplicates(nodes: readonly RawNode[], problems: ProblemList): void {
  const seen = new Set<string>();
  for (const node of nodes) {
    if (seen.has(node.name))
      addProblem(problems, node.path, {
        reason: `Duplicate node name: ${node.name}`,
        remedy: 'every node needs a name of its own; a node without one is called <plugin>_<base>',
      });
    seen.add(node.name);
  }
}
