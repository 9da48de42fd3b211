import type { FilesystemNode, MountNode } from '../block-device-graph.ts';
import type { ProblemList, RawNode } from './raw-node.ts';
import { addProblem } from './raw-node.ts';
import { keyReader } from './node-keys.ts';

/** The `mkfs` nodes, each with the `mount` and `fstab` node on top of it. Problems are collected. */
export function parseFilesystems(
  nodes: readonly RawNode[],
  problems: ProblemList,
): readonly FilesystemNode[] {
  const mountPoints = new Map<string, string>();
  return nodes
    .filter((node) => node.plugin === 'mkfs')
    .map((node) => {
      const keys = keyReader(node, ['type', 'label', 'opts', 'uuid'], problems);
      const type = keys.text('type');
      const mount = parseMount(only(nodes, { plugin: 'mount', base: node.name }, problems), nodes, problems);
      if (mount !== undefined && type !== 'swap') checkMountPoint(mount, { nodes, mountPoints }, problems);
      return {
        name: node.name,
        base: node.base ?? '',
        type,
        label: keys.text('label'),
        options: parseOptions(node, problems),
        uuid: keys.text('uuid'),
        mount,
      };
    });
}

function only(
  nodes: readonly RawNode[],
  wanted: { readonly plugin: 'mount' | 'fstab'; readonly base: string },
  problems: ProblemList,
): RawNode | undefined {
  const [first, second] = nodes.filter((node) => node.plugin === wanted.plugin && node.base === wanted.base);
  if (second !== undefined) {
    addProblem(problems, second.path, `'${wanted.base}' has more than one ${wanted.plugin} node`);
  }
  return first;
}

function parseMount(
  node: RawNode | undefined,
  nodes: readonly RawNode[],
  problems: ProblemList,
): MountNode | undefined {
  if (node === undefined) return undefined;
  const mountPoint = keyReader(node, ['mount_point'], problems).text('mount_point');
  if (mountPoint === undefined) {
    addProblem(problems, node.path, {
      reason: `'${node.name}': mount_point is missing`,
      remedy: "say where in the image it is mounted: 'mount_point: /var'",
    });
    return undefined;
  }
  const line = only(nodes, { plugin: 'fstab', base: node.name }, problems);
  return { name: node.name, mountPoint: normalise(mountPoint), fstab: parseFstab(line, problems) };
}

function parseFstab(node: RawNode | undefined, problems: ProblemList): MountNode['fstab'] {
  if (node === undefined) return undefined;
  const keys = keyReader(node, ['options', 'dump-freq', 'fsck-passno'], problems);
  return {
    options: keys.text('options') ?? 'defaults',
    dump: keys.integer('dump-freq') ?? 0,
    pass: keys.integer('fsck-passno') ?? 2,
  };
}

function normalise(mountPoint: string): string {
  return mountPoint.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

interface Known {
  readonly nodes: readonly RawNode[];
  readonly mountPoints: Map<string, string>;
}

function checkMountPoint(mount: MountNode, known: Known, problems: ProblemList): void {
  const path = known.nodes.find((node) => node.name === mount.name)?.path ?? [];
  const { mountPoint } = mount;
  if (!mountPoint.startsWith('/') || mountPoint.split('/').includes('..')) {
    addProblem(problems, path, {
      reason: `'${mount.name}': mount_point '${mountPoint}' must be an absolute path`,
      remedy: 'begin it with a slash, and leave out ..',
    });
  }
  const other = known.mountPoints.get(mountPoint);
  if (other !== undefined) {
    addProblem(problems, path, {
      reason: `Mount point [${mountPoint}] specified more than once, by '${mount.name}' and '${other}'`,
      remedy: 'a directory can have one filesystem mounted on it',
    });
  }
  known.mountPoints.set(mountPoint, mount.name);
}

function parseOptions(node: RawNode, problems: ProblemList): readonly string[] | undefined {
  const value = node.keys['opts'] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value.split(/\s+/).filter((word) => word !== '');
  if (Array.isArray(value) && value.every((word): word is string => typeof word === 'string')) return value;
  addProblem(problems, [...node.path, 'opts'], `'${node.name}': opts must be a text or a list of texts`);
  return undefined;
}
