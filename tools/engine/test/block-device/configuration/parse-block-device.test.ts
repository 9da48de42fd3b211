import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../../src/diagnostics/failure.ts';
import {
  parseBlockDevice,
  wholeDiskConfiguration,
} from '../../../src/block-device/configuration/parse-block-device.ts';
import { efiConfiguration, mbrConfiguration } from '../configurations.ts';

function graphOf(data: unknown) {
  const result = parseBlockDevice(data);
  if (!result.ok)
    throw new Error(result.failures.map((failure) => describeFailure(failure).message).join('\n'));
  return result.value;
}

function problemsOf(data: unknown): readonly string[] {
  const result = parseBlockDevice(data);
  return result.ok
    ? []
    : result.failures.map((failure) => {
        const { message, hint } = describeFailure(failure);
        return hint === undefined ? message : `${message} (${hint})`;
      });
}

const disk = { local_loop: { name: 'image0' } };
const root = { mkfs: { name: 'mkfs_root', base: 'image0', mount: { mount_point: '/' } } };

function withPartitions(label: string, partitions: readonly unknown[]) {
  return [disk, { partitioning: { base: 'image0', label, partitions } }];
}

const rootPartition = { name: 'root', size: '100%', mkfs: { mount: { mount_point: '/' } } };

describe('tree form', () => {
  test('nodes are named and based as diskimage-builder does it', () => {
    const graph = graphOf(efiConfiguration);
    expect(graph.table?.partitions.map((partition) => [partition.name, partition.size])).toEqual([
      ['ESP', { bytes: 550 * 2 ** 20 }],
      ['BSP', { bytes: 8 * 2 ** 20 }],
      ['root', { percent: 100 }],
    ]);
    expect(
      graph.filesystems.map((filesystem) => [filesystem.name, filesystem.base, filesystem.mount?.name]),
    ).toEqual([
      ['mkfs_ESP', 'ESP', 'mount_mkfs_ESP'],
      ['mkfs_root', 'root', 'mount_mkfs_root'],
    ]);
    expect(graph.filesystems[1]?.mount?.fstab).toEqual({ options: 'defaults', dump: 0, pass: 1 });
  });

  test('sgdisk codes become GUIDs', () => {
    expect(graphOf(efiConfiguration).table?.partitions.map((partition) => partition.type)).toEqual([
      'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
      '21686148-6449-6E6F-744E-656564454649',
      '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
    ]);
  });

  test('a code may be written with 0x, as for ppc64el', () => {
    const graph = graphOf(
      withPartitions('gpt', [{ name: 'prep', type: '0x4100', size: '8MiB' }, rootPartition]),
    );
    expect(graph.table?.partitions[0]?.type).toBe('9E1A2D38-C612-4316-AA26-8B49521E5A8B');
  });

  test('without a block-device element the root fills the disk', () => {
    const graph = graphOf(wholeDiskConfiguration);
    expect(graph.table).toBeUndefined();
    expect(graph.filesystems).toMatchObject([
      { name: 'mkfs_root', base: 'image0', mount: { mountPoint: '/' } },
    ]);
  });
});

test('digraph form gives the same graph as the tree form', () => {
  const flat = [
    disk,
    {
      partitioning: {
        name: 'partitioning_image0',
        base: 'image0',
        label: 'mbr',
        partitions: [{ name: 'root', flags: ['boot', 'primary'], size: '100%' }],
      },
    },
    { mkfs: { name: 'mkfs_root', base: 'root' } },
    { mount: { name: 'mount_mkfs_root', base: 'mkfs_root', mount_point: '/' } },
    {
      fstab: {
        name: 'fstab_mount_mkfs_root',
        base: 'mount_mkfs_root',
        options: 'defaults',
        'fsck-passno': 1,
      },
    },
  ];
  expect(graphOf(flat)).toEqual(graphOf(mbrConfiguration));
});

test('mbr: boot flag, types in hexadecimal, primary before logical', () => {
  const graph = graphOf(
    withPartitions('mbr', [
      { name: 'prep', type: '0x41', size: '8MiB', flags: ['boot', 'primary'] },
      { name: 'data', type: 'EF', size: '1GiB' },
      rootPartition,
    ]),
  );
  expect(graph.table?.partitions).toMatchObject([
    { name: 'prep', type: '41', bootable: true, kind: 'primary' },
    { name: 'data', type: 'ef', bootable: false, kind: 'logical' },
    { name: 'root', type: '83', bootable: false, kind: 'logical' },
  ]);
});

test('options are words, or a list', () => {
  const graph = graphOf([disk, { mkfs: { ...root.mkfs, type: 'ext4', opts: '-i 4096  -m 0' } }]);
  expect(graph.filesystems[0]?.options).toEqual(['-i', '4096', '-m', '0']);
});

describe('what is wrong is said', () => {
  test.each<[string, unknown, string]>([
    ['not a list', { local_loop: {} }, 'must be a list'],
    [
      'two keys in one entry',
      [{ local_loop: { name: 'image0' }, mkfs: {} }],
      'Config entry top-level should be a single dict',
    ],
    [
      'unknown kind of node',
      [disk, root, { luks: { name: 'x' } }],
      'Config element [luks] is not implemented',
    ],
    ['node without keys', [{ local_loop: 'image0' }], 'Config entry is not a plugin value: local_loop'],
    ['no name', [{ local_loop: {} }], 'neither a name nor a base'],
    ['no disk', [{ mkfs: { name: 'a', base: 'b' } }], 'Edge not defined: b->a'],
    ['two disks', [disk, { local_loop: { name: 'image1' } }, root], 'second disk'],
    [
      'duplicate name',
      [disk, root, { mount: { name: 'mkfs_root', base: 'mkfs_root', mount_point: '/x' } }],
      'Duplicate node name: mkfs_root',
    ],
    [
      'wrong kind of base',
      [disk, { mount: { name: 'm', base: 'image0', mount_point: '/' } }],
      'it needs mkfs',
    ],
    [
      'no root',
      [disk, { mkfs: { name: 'a', base: 'image0', type: 'ext4' } }],
      "no filesystem is mounted at '/'",
    ],
    ['no mount point', [disk, { mkfs: { name: 'a', base: 'image0', mount: {} } }], 'mount_point is missing'],
    [
      'relative mount point',
      [disk, { mkfs: { name: 'a', base: 'image0', mount: { mount_point: 'x' } } }],
      'absolute path',
    ],
    ['strange sector size', [{ local_loop: { name: 'image0', block_size: 520 } }, root], '512 or 4096'],
    ['disk size', [{ local_loop: { name: 'image0', size: 'big' } }, root], 'size must be a size'],
    ['label', withPartitions('bsd', [rootPartition]), "label 'bsd' is unknown"],
    ['no partitions', withPartitions('gpt', []), 'at least one partition'],
    ['partition without a name', withPartitions('gpt', [{ size: '100%' }]), 'a map with a name'],
    ['partition without a size', withPartitions('gpt', [{ name: 'a' }, rootPartition]), 'size is missing'],
    [
      'partition size',
      withPartitions('gpt', [{ name: 'a', size: '5 parsec' }, rootPartition]),
      "size '5 parsec'",
    ],
    ['gpt type', withPartitions('gpt', [{ ...rootPartition, type: 'ZZ' }]), "type 'ZZ'"],
    ['mbr type as a number', withPartitions('mbr', [{ ...rootPartition, type: 0x83 }]), 'write it in quotes'],
    ['flags', withPartitions('mbr', [{ ...rootPartition, flags: ['hidden'] }]), "'hidden' is no flag"],
    ['gpt primary', withPartitions('gpt', [{ ...rootPartition, flags: ['primary'] }]), "no flag 'primary'"],
    [
      'primary last',
      withPartitions('mbr', [
        { name: 'a', size: '1GiB' },
        { ...rootPartition, flags: ['primary'] },
      ]),
      'All primary partitions must be given first',
    ],
    [
      'overwritten table',
      [...withPartitions('gpt', [rootPartition]), { mkfs: { name: 'x', base: 'image0', type: 'xfs' } }],
      'overwrite the partition table',
    ],
    ['two filesystems', [disk, root, { mkfs: { name: 'x', base: 'image0', type: 'xfs' } }], 'both made on'],
    ['an entry that is no map', ['local_loop', disk, root], 'Config entry not a dict: "local_loop"'],
  ])('%s', (_, data, text) => {
    expect(problemsOf(data).join('\n')).toContain(text);
  });

  test('all at once, each with its place', () => {
    const data = withPartitions('mbr', [
      { name: 'a', size: 'x', flags: ['odd'] },
      { name: 'b', size: '100%', mkfs: { mount: { mount_point: 'rel' } } },
    ]);
    const result = parseBlockDevice(data, {
      placeOf: (path) => ({ file: path.join('.'), line: 1, column: 1 }),
    });
    const places = result.ok ? [] : result.failures.map((failure) => failure.place?.file);
    expect(places).toEqual([
      '1.partitioning.partitions.0.flags',
      '1.partitioning.partitions.0.size',
      '1.partitioning.partitions.1.mkfs.mount',
      '1.partitioning.partitions.1.mkfs',
    ]);
  });

  test('mount points given twice', () => {
    const twice = withPartitions('gpt', [
      { name: 'a', size: '50%', mkfs: { type: 'ext4', mount: { mount_point: '/' } } },
      { name: 'b', size: '100%', mkfs: { type: 'ext4', label: 'b', mount: { mount_point: '//' } } },
    ]);
    expect(problemsOf(twice)).toEqual([
      "block device: Mount point [/] specified more than once, by 'mount_mkfs_b' and 'mount_mkfs_a' (a directory can have one filesystem mounted on it)",
    ]);
  });

  test('five primary partitions', () => {
    const five = [1, 2, 3, 4, 5].map((number) => ({ name: `p${number}`, size: '1GiB', flags: ['primary'] }));
    expect(problemsOf(withPartitions('mbr', five)).join()).toContain('holds 4 primary partitions, not 5');
  });
});

test('an unknown key is a warning', () => {
  const result = parseBlockDevice([disk, { mkfs: { ...root.mkfs, lable: 'x' } }]);
  expect(result.ok && result.warnings.map((warning) => describeFailure(warning).message)).toEqual([
    "block device: 'mkfs_root': the key 'lable' means nothing here (type, label, opts, uuid)",
  ]);
});
