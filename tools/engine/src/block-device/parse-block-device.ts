import type { Result } from '../diagnostics/result.ts';
import type { BlockDeviceGraph, DiskNode, FilesystemNode, PartitionTableNode } from './block-device-graph.ts';
import type { PlaceOf, ProblemList, RawNode } from './expand-block-device.ts';
import { addProblem, expandBlockDevice } from './expand-block-device.ts';
import { parseFilesystems } from './parse-filesystem-nodes.ts';
import { keyReader } from './node-keys.ts';
import { parsePartitionTable } from './parse-partition-table.ts';

/**
 * Checks a block-device configuration (parsed YAML: `block-device-default.yaml`, DIB_BLOCK_DEVICE_CONFIG, or
 * `block-device` of an image definition) and gives it types.
 *
 * @param placeOf tells where a value stands in the user's file; without it, failures have no place.
 * @returns the graph, or all problems found ('block-device-invalid'); unknown keys are warnings, as upstream ignores them.
 */
export function parseBlockDevice(
  data: unknown,
  placeOf: PlaceOf = () => undefined,
): Result<BlockDeviceGraph> {
  const problems: ProblemList = { failures: [], warnings: [], placeOf };
  const nodes = expandBlockDevice(data, problems);
  reportVolumeGroups(nodes, problems);
  reportBadEdges(nodes, problems);
  const disk = parseDisk(nodes, problems);
  const table = parsePartitionTable(nodes, problems);
  const filesystems = parseFilesystems(nodes, problems);
  if (disk !== undefined) checkGraph({ disk, table, filesystems, nodes }, problems);
  if (problems.failures.length > 0 || disk === undefined) return { ok: false, failures: problems.failures };
  return { ok: true, value: { disk, table, filesystems }, warnings: problems.warnings };
}

/** The layout without any block-device element: one root filesystem on the whole disk, no partition table. */
export const wholeDiskConfiguration: unknown = [
  {
    local_loop: {
      name: 'image0',
      mkfs: {
        name: 'mkfs_root',
        mount: { mount_point: '/', fstab: { options: 'defaults', 'fsck-passno': 1 } },
      },
    },
  },
];

function reportVolumeGroups(nodes: readonly RawNode[], problems: ProblemList): void {
  for (const node of nodes.filter((candidate) => candidate.plugin === 'lvm')) {
    addProblem(
      problems,
      node.path,
      `logical volumes ('${node.name}') cannot be made yet: they need device-mapper; put the filesystems on partitions`,
    );
  }
}

/** What each kind of node may stand on. */
const basesOf: Readonly<Record<RawNode['plugin'], readonly RawNode['plugin'][]>> = {
  local_loop: [],
  partitioning: ['local_loop'],
  partition: ['partitioning'],
  lvm: [],
  mkfs: ['partition', 'local_loop'],
  mount: ['mkfs'],
  fstab: ['mount'],
};

function reportBadEdges(nodes: readonly RawNode[], problems: ProblemList): void {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const hasVolumes = nodes.some((node) => node.plugin === 'lvm');
  for (const node of nodes) {
    const allowed = basesOf[node.plugin];
    if (allowed.length === 0) continue;
    if (node.base === undefined) {
      addProblem(
        problems,
        node.path,
        `'${node.name}' has no base; it needs a node of kind ${allowed.join(' or ')}`,
      );
      continue;
    }
    const base = byName.get(node.base);
    const path = [...node.path, ...(node.keys['base'] === undefined ? [] : ['base'])];
    if (base === undefined) {
      // The volumes inside an lvm node are not nodes here, and the failure about lvm has been told already.
      if (!hasVolumes)
        addProblem(problems, path, `'${node.name}' is based on '${node.base}', which is not defined`);
    } else if (!allowed.includes(base.plugin)) {
      addProblem(
        problems,
        path,
        `'${node.name}' (${node.plugin}) is based on '${base.name}' (${base.plugin}); it needs ${allowed.join(' or ')}`,
      );
    }
  }
}

function parseDisk(nodes: readonly RawNode[], problems: ProblemList): DiskNode | undefined {
  const [node, ...others] = nodes.filter((candidate) => candidate.plugin === 'local_loop');
  if (node === undefined) {
    if (problems.failures.length === 0)
      addProblem(problems, [], "there is no 'local_loop' node, that is, no disk");
    return undefined;
  }
  for (const other of others) {
    addProblem(
      problems,
      other.path,
      `'${other.name}' is a second disk beside '${node.name}'; an image has one`,
    );
  }
  const keys = keyReader(node, ['size', 'block_size', 'directory'], problems);
  const sectorBytes = keys.integer('block_size') ?? 512;
  if (sectorBytes !== 512 && sectorBytes !== 4096) {
    addProblem(problems, [...node.path, 'block_size'], `a sector has 512 or 4096 bytes, not ${sectorBytes}`);
    return undefined;
  }
  return { name: node.name, sizeBytes: keys.size('size'), sectorBytes };
}

interface Parsed {
  readonly disk: DiskNode;
  readonly table: PartitionTableNode | undefined;
  readonly filesystems: readonly FilesystemNode[];
  readonly nodes: readonly RawNode[];
}

function checkGraph({ disk, table, filesystems, nodes }: Parsed, problems: ProblemList): void {
  const pathOf = (name: string) => nodes.find((node) => node.name === name)?.path ?? [];
  const usedBases = new Map<string, string>();
  for (const filesystem of filesystems) {
    const other = usedBases.get(filesystem.base);
    if (other !== undefined) {
      const reason = `'${filesystem.name}' and '${other}' are both made on '${filesystem.base}'`;
      addProblem(problems, pathOf(filesystem.name), reason);
    }
    if (table !== undefined && filesystem.base === disk.name) {
      const reason = `'${filesystem.name}' would overwrite the partition table of '${disk.name}'`;
      addProblem(problems, pathOf(filesystem.name), reason);
    }
    usedBases.set(filesystem.base, filesystem.name);
  }
  if (table?.label === 'mbr' && disk.sectorBytes !== 512) {
    addProblem(problems, pathOf(table.name), 'an mbr partition table needs sectors of 512 bytes; use gpt');
  }
  if (problems.failures.length === 0 && !filesystems.some((entry) => entry.mount?.mountPoint === '/')) {
    addProblem(problems, [], "no filesystem is mounted at '/'");
  }
}
