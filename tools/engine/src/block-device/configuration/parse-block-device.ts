import type { Failure } from '../../diagnostics/failure.ts';
import type { Result } from '../../diagnostics/result.ts';
import type { BlockDeviceGraph, DiskNode, FilesystemNode } from '../block-device-graph.ts';
import type { PlaceOf, ProblemList, RawNode } from './raw-node.ts';
import { addProblem } from './raw-node.ts';
import { expandBlockDevice } from './expand-block-device.ts';
import { parseFilesystems } from './parse-filesystem-nodes.ts';
import { keyReader } from './node-keys.ts';
import { parsePartitionTable } from './parse-partition-table.ts';
import { parseVolumeGroups } from './parse-volume-groups.ts';
import { planFilesystems } from '../layout/plan-filesystem.ts';
import { reportBadEdges } from './report-bad-edges.ts';

/** What else decides whether a configuration is right, and where its parts stand. */
export interface BlockDeviceSource {
  /** Tells where a value stands in the user's file; without it, failures have no place. */
  readonly placeOf?: PlaceOf | undefined;
  /** Goes before the configuration's own `block_size`, as DIB_BLOCK_SIZE does. */
  readonly blockSizeBytes?: number | undefined;
  /** Of the image definition; for the root filesystem where the configuration says nothing. */
  readonly rootFilesystem?: string | undefined;
  readonly rootLabel?: string | undefined;
}

/**
 * Checks a block-device configuration (parsed YAML: `block-device-default.yaml`, DIB_BLOCK_DEVICE_CONFIG, or
 * `block-device` of an image definition) and gives it types.
 *
 * @returns the graph, or all problems found ('block-device-invalid') in the order of the file; unknown keys are warnings, as upstream ignores them.
 */
export function parseBlockDevice(data: unknown, source: BlockDeviceSource = {}): Result<BlockDeviceGraph> {
  const placeOf = source.placeOf ?? (() => undefined);
  const problems: ProblemList = { failures: [], warnings: [], placeOf };
  const nodes = expandBlockDevice(data, problems);
  reportBadEdges(nodes, problems);
  const disk = parseDisk(nodes, source, problems);
  const table = parsePartitionTable(nodes, problems);
  const volumeGroups = parseVolumeGroups(nodes, problems);
  const filesystems = parseFilesystems(nodes, problems);
  checkFilesystems(filesystems, { nodes, source }, problems);
  if (disk !== undefined) checkGraph({ disk, table, volumeGroups, filesystems }, nodes, problems);
  if (problems.failures.length > 0 || disk === undefined) {
    return { ok: false, failures: problems.failures.toSorted(asTheyStand) };
  }
  return { ok: true, value: { disk, table, volumeGroups, filesystems }, warnings: problems.warnings };
}

function asTheyStand(left: Failure, right: Failure): number {
  const [a, b] = [left.place, right.place];
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
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

function parseDisk(
  nodes: readonly RawNode[],
  source: BlockDeviceSource,
  problems: ProblemList,
): DiskNode | undefined {
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
  const sectorBytes = source.blockSizeBytes ?? keys.integer('block_size') ?? 512;
  if (sectorBytes !== 512 && sectorBytes !== 4096) {
    addProblem(problems, [...node.path, 'block_size'], `a sector has 512 or 4096 bytes, not ${sectorBytes}`);
    return undefined;
  }
  return { name: node.name, sizeBytes: keys.size('size'), sectorBytes };
}

/** The same checks as when the disk is planned, but here each problem has its place, and stands beside all others. */
function checkFilesystems(
  filesystems: readonly FilesystemNode[],
  { nodes, source }: { readonly nodes: readonly RawNode[]; readonly source: BlockDeviceSource },
  problems: ProblemList,
): void {
  const root = {
    type: source.rootFilesystem ?? 'ext4',
    label: source.rootLabel,
    options: [],
    release: undefined,
    journalMebibytes: 0,
    maxOnlineResizeBlocks: undefined,
  };
  planFilesystems(filesystems, { root, seed: '' }, ({ filesystem, key, reason, remedy }) => {
    const node = nodes.find(({ plugin, name }) => plugin === 'mkfs' && name === filesystem);
    const own = node?.keys[key] === undefined ? [] : [key];
    addProblem(problems, [...(node?.path ?? []), ...own], { reason, remedy });
  });
}

/** What the nodes cannot tell one by one: what they claim together. */
function checkGraph(graph: BlockDeviceGraph, nodes: readonly RawNode[], problems: ProblemList): void {
  const { disk, table, volumeGroups, filesystems } = graph;
  const pathOf = (name: string) => nodes.find((node) => node.name === name)?.path ?? [];
  const users = [...volumeGroups.flatMap((group) => group.physicalVolumes), ...filesystems];
  const usedBases = new Map<string, string>();
  for (const { name, base } of users) {
    const other = usedBases.get(base);
    if (other !== undefined) {
      const remedy = 'one partition, volume or disk can hold one thing';
      addProblem(problems, pathOf(name), {
        reason: `'${name}' and '${other}' are both made on '${base}'`,
        remedy,
      });
    }
    if (table !== undefined && base === disk.name) {
      const remedy = "put it on one of the table's partitions, or remove 'partitioning'";
      const reason = `'${name}' would overwrite the partition table of '${disk.name}'`;
      addProblem(problems, pathOf(name), { reason, remedy });
    }
    usedBases.set(base, name);
  }
  for (const volume of volumeGroups.flatMap((group) => group.logicalVolumes)) {
    const user = usedBases.get(volume.name);
    if (volume.kind === 'thin-pool' && user !== undefined) {
      const remedy = `make a volume of type thin with 'thin-pool: ${volume.name}', and the filesystem on that`;
      addProblem(problems, pathOf(user), {
        reason: `'${user}' is made on the thin pool '${volume.name}'`,
        remedy,
      });
    }
  }
  if (table?.label === 'mbr' && disk.sectorBytes !== 512) {
    addProblem(problems, pathOf(table.name), 'an mbr partition table needs sectors of 512 bytes; use gpt');
  }
  if (problems.failures.length === 0 && !filesystems.some((entry) => entry.mount?.mountPoint === '/')) {
    addProblem(problems, [], {
      reason: "no filesystem is mounted at '/'",
      remedy: "nest 'mount: {mount_point: /}' in the root filesystem's mkfs",
    });
  }
}
