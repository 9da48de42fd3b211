import { nearName } from '../../diagnostics/near-name.ts';
import type { NodeKind, ProblemList, RawNode } from './raw-node.ts';
import { addProblem } from './raw-node.ts';

/** What each kind of node may stand on. A volume group names several, and an lvm node's base decides nothing (upstream). */
const basesOf: Readonly<Record<NodeKind, readonly NodeKind[]>> = {
  local_loop: [],
  partitioning: ['local_loop'],
  partition: ['partitioning'],
  lvm: [],
  pv: ['partition', 'local_loop'],
  vg: [],
  lv: ['vg'],
  mkfs: ['partition', 'local_loop', 'lv'],
  mount: ['mkfs'],
  fstab: ['mount'],
};

/** Kinds of nodes as a reader of the configuration knows them. */
const words: Readonly<Partial<Record<NodeKind, string>>> = {
  pv: 'physical volume',
  vg: 'volume group',
  lv: 'logical volume',
};

const inWords = (kind: NodeKind): string => words[kind] ?? kind;

/** Reports every node that stands on nothing, on a node that is not defined, or on one of the wrong kind. */
export function reportBadEdges(nodes: readonly RawNode[], problems: ProblemList): void {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  for (const node of nodes) {
    const allowed = basesOf[node.plugin];
    if (allowed.length === 0) continue;
    const wanted = allowed.map(inWords).join(' or ');
    if (node.base === undefined) {
      addProblem(problems, node.path, `'${node.name}' has no base; it needs a node of kind ${wanted}`);
      continue;
    }
    const base = byName.get(node.base);
    const path = [...node.path, ...(node.keys['base'] === undefined ? [] : ['base'])];
    if (base === undefined) {
      const known = nodes.filter(({ plugin }) => allowed.includes(plugin)).map(({ name }) => name);
      const near = nearName(node.base, known);
      const others = known.length === 0 ? `there is no ${wanted}` : `there are ${known.join(', ')}`;
      addProblem(problems, path, {
        reason: `Edge not defined: ${node.base}->${node.name}; no node is called '${node.base}'`,
        remedy: near === undefined ? others : `did you mean '${near}'?`,
      });
    } else if (!allowed.includes(base.plugin)) {
      const reason = `'${node.name}' (${inWords(node.plugin)}) is based on '${base.name}' (${inWords(base.plugin)}); it needs ${wanted}`;
      addProblem(problems, path, reason);
    }
  }
}
