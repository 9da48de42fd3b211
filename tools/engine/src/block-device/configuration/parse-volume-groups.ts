import type { LogicalVolumeNode, PhysicalVolumeNode, VolumeGroupNode } from '../block-device-graph.ts';
import { type LvmCommand, parseLvmOptions } from './lvm-options.ts';
import { keyReader } from './node-keys.ts';
import type { ProblemList, RawNode } from './raw-node.ts';
import { addProblem } from './raw-node.ts';
import { checkVolumeName } from '../volume-name.ts';

/** LVM's default, to which upstream rounds sizes as well. */
const usualExtentBytes = 4 * 2 ** 20;
const leastExtentBytes = 64 * 2 ** 10;

/** The volume groups of all `lvm` nodes, each with its physical and logical volumes; problems are collected. */
export function parseVolumeGroups(
  nodes: readonly RawNode[],
  problems: ProblemList,
): readonly VolumeGroupNode[] {
  for (const node of nodes) {
    if (node.plugin === 'lvm') keyReader(node, ['pvs', 'vgs', 'lvs'], problems);
  }
  const physical = nodes.filter((node) => node.plugin === 'pv');
  const logical = nodes.filter((node) => node.plugin === 'lv');
  const owners = new Map<string, string>();
  for (const node of physical) {
    keyReader(node, ['options'], problems);
    checkOptions(node, 'pvcreate', problems);
  }
  const groups = nodes
    .filter((node) => node.plugin === 'vg')
    .map((node): VolumeGroupNode => {
      keyReader(node, ['options'], problems);
      checkVolumeName(node, problems);
      const members = basesOfGroup(node).flatMap((base): PhysicalVolumeNode[] => {
        const found = physical.find(({ name }) => name === base);
        claim(node, { base, owners, found: found !== undefined }, problems);
        return found === undefined ? [] : [{ name: found.name, base: found.base ?? '' }];
      });
      return {
        name: node.name,
        extentBytes: extentSize(node, problems),
        physicalVolumes: members,
        logicalVolumes: logical
          .filter(({ base }) => base === node.name)
          .map((volume) => parseVolume(volume, logical, problems)),
      };
    });
  for (const { name, path } of physical) {
    if (!owners.has(name))
      addProblem(problems, path, `'${name}' is in no volume group; name it in a vg's base`);
  }
  return groups;
}

/** Names of the physical volumes; `base` is a list of them, or one. */
function basesOfGroup(node: RawNode): readonly string[] {
  const value = node.keys['base'] ?? [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function claim(
  node: RawNode,
  pv: { readonly base: string; readonly owners: Map<string, string>; readonly found: boolean },
  problems: ProblemList,
): void {
  const path = [...node.path, 'base'];
  const owner = pv.owners.get(pv.base);
  if (!pv.found) {
    const remedy = "a volume group stands on names from 'pvs'";
    addProblem(problems, path, { reason: `Edge not defined: ${pv.base}->${node.name}`, remedy });
  } else if (owner !== undefined) {
    addProblem(problems, path, `'${pv.base}' is in '${owner}' and in '${node.name}'; it can be in one only`);
  }
  pv.owners.set(pv.base, node.name);
}

function extentSize(node: RawNode, problems: ProblemList): number {
  const wanted = checkOptions(node, 'vgcreate', problems) ?? usualExtentBytes;
  if (wanted >= leastExtentBytes && Number.isInteger(Math.log2(wanted))) return wanted;
  const reason = `'${node.name}': an extent must have a power of two of bytes, 64 KiB or more, not ${wanted}`;
  addProblem(problems, [...node.path, 'options'], reason);
  return usualExtentBytes;
}

function checkOptions(node: RawNode, command: LvmCommand, problems: ProblemList): number | undefined {
  const value = node.keys['options'] ?? [];
  const words = (Array.isArray(value) ? value : [value]).flatMap((word) => String(word).split(/\s+/));
  const { extentBytes, unknown } = parseLvmOptions(
    command,
    words.filter((word) => word !== ''),
  );
  if (unknown.length > 0) {
    addProblem(problems, [...node.path, 'options'], {
      reason: `'${node.name}': options of ${command} that cannot be applied: ${unknown.join(' ')}`,
      remedy: 'Kiln writes volumes itself: remove the option, or set it on the running system',
    });
  }
  return extentBytes;
}

function parseVolume(node: RawNode, siblings: readonly RawNode[], problems: ProblemList): LogicalVolumeNode {
  checkVolumeName(node, problems);
  checkOptions(node, 'lvcreate', problems);
  const keys = keyReader(node, ['size', 'extents', 'type', 'thin-pool', 'options'], problems);
  const kind = volumeKind(node, keys.text('type'), problems);
  const pool = keys.text('thin-pool');
  if (kind === 'thin') checkPool(node, { pool, siblings }, problems);
  else if (pool !== undefined) {
    addProblem(
      problems,
      [...node.path, 'thin-pool'],
      `'${node.name}': only a volume of type thin has a thin-pool`,
    );
  }
  const size = volumeSize(node, { bytes: keys.size('size'), extents: keys.text('extents') }, problems);
  if (kind === 'thin' && !('bytes' in size)) {
    const reason = `'${node.name}': a thin volume needs a size, which is what it shows; extents mean nothing for it`;
    addProblem(problems, node.path, reason);
  }
  return { name: node.name, size, kind, ...(kind === 'thin' ? { pool } : {}) };
}

function volumeKind(
  node: RawNode,
  type: string | undefined,
  problems: ProblemList,
): LogicalVolumeNode['kind'] {
  if (type === 'thin' || type === 'thin-pool') return type;
  if (type !== undefined && type !== 'linear') {
    addProblem(
      problems,
      [...node.path, 'type'],
      `'${node.name}': type must be thin or thin-pool, not '${type}'`,
    );
  }
  return 'linear';
}

function checkPool(
  node: RawNode,
  { pool, siblings }: { readonly pool: string | undefined; readonly siblings: readonly RawNode[] },
  problems: ProblemList,
): void {
  const found = siblings.find(({ name }) => name === pool);
  if (pool === undefined) {
    addProblem(problems, node.path, `'${node.name}': a thin volume needs a 'thin-pool'`);
  } else if (found?.keys['type'] !== 'thin-pool' || found.base !== node.base) {
    addProblem(problems, [...node.path, 'thin-pool'], {
      reason: `Edge not defined: ${pool}->${node.name}`,
      remedy: `'thin-pool' names a volume of type thin-pool in '${node.base ?? ''}'`,
    });
  } else if (siblings.indexOf(found) > siblings.indexOf(node)) {
    addProblem(problems, node.path, `'${node.name}' must stand behind its pool '${pool}'`);
  }
}

function volumeSize(
  node: RawNode,
  given: { readonly bytes: number | undefined; readonly extents: string | undefined },
  problems: ProblemList,
): LogicalVolumeNode['size'] {
  const usable = { bytes: usualExtentBytes };
  if ((given.bytes === undefined) === (given.extents === undefined)) {
    if ((node.keys['size'] ?? undefined) !== undefined && given.extents === undefined) return usable;
    addProblem(problems, node.path, {
      reason: `'${node.name}' needs either size or extents`,
      remedy: "write 'size: 2GiB', or 'extents: 23%VG', 'extents: 100%FREE'",
    });
    return usable;
  }
  if (given.bytes !== undefined) return { bytes: given.bytes };
  const match = /^\+?(\d+)(?:%(VG|FREE|PVS))?$/i.exec((given.extents ?? '').trim());
  const count = Number(match?.[1] ?? 0);
  const of = match?.[2]?.toUpperCase();
  if (count === 0 || (of !== undefined && count > 100)) {
    addProblem(problems, [...node.path, 'extents'], {
      reason: `'${node.name}': extents '${given.extents ?? ''}' are not understood`,
      remedy: 'write a number of extents, 23%VG or 100%FREE',
    });
    return usable;
  }
  return of === undefined ? { extents: count } : { percent: count, of: of === 'FREE' ? 'FREE' : 'VG' };
}
