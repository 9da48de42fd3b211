import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../../src/diagnostics/failure.ts';
import { parseBlockDevice } from '../../../src/block-device/configuration/parse-block-device.ts';
import { rootOnVolume, withVolumes } from '../lvm-fixture.ts';

function groupsOf(data: unknown) {
  const result = parseBlockDevice(data);
  if (!result.ok) throw new Error(result.failures.map((it) => describeFailure(it).message).join('\n'));
  return result.value.volumeGroups;
}

function problemsOf(data: unknown): string {
  const result = parseBlockDevice(data);
  const texts = result.ok ? [] : result.failures.map((failure) => describeFailure(failure));
  return texts.map(({ message, hint }) => `${message} (${hint ?? ''})`).join('\n');
}

const root = { name: 'lv_root', base: 'vg', extents: '100%FREE' };

test('an lvm node becomes groups with physical and logical volumes', () => {
  const lvs = [
    { name: 'lv_root', base: 'vg', extents: '23%VG' },
    { name: 'lv_var', base: 'vg', size: '2GiB', options: ['-Zy', '--wipesignatures', 'n'] },
    { name: 'lv_log', base: 'vg', extents: 7 },
    { name: 'pool', base: 'vg', type: 'thin-pool', extents: '100%FREE' },
    { name: 'thin', base: 'vg', type: 'thin', 'thin-pool': 'pool', size: '28G' },
  ];
  expect(groupsOf(withVolumes(lvs, [rootOnVolume]))).toEqual([
    {
      name: 'vg',
      extentBytes: 4 * 2 ** 20,
      physicalVolumes: [{ name: 'pv', base: 'data' }],
      logicalVolumes: [
        { name: 'lv_root', kind: 'linear', size: { percent: 23, of: 'VG' } },
        { name: 'lv_var', kind: 'linear', size: { bytes: 2 * 2 ** 30 } },
        { name: 'lv_log', kind: 'linear', size: { extents: 7 } },
        { name: 'pool', kind: 'thin-pool', size: { percent: 100, of: 'FREE' } },
        { name: 'thin', kind: 'thin', pool: 'pool', size: { bytes: 28e9 } },
      ],
    },
  ]);
});

test('tree form: nested in a partition, with a filesystem nested in its volume', () => {
  const nested = {
    pvs: [{ name: 'pv' }],
    vgs: [{ name: 'vg', base: 'pv' }],
    lvs: [{ ...root, mkfs: { type: 'ext4', mount: { mount_point: '/' } } }],
  };
  const partitions = [{ name: 'data', size: '100%', lvm: nested }];
  const result = parseBlockDevice([
    { local_loop: { name: 'image0', partitioning: { label: 'gpt', partitions } } },
  ]);
  expect(result.ok && result.value).toMatchObject({
    volumeGroups: [{ name: 'vg', physicalVolumes: [{ name: 'pv', base: 'data' }] }],
    filesystems: [{ name: 'mkfs_lv_root', base: 'lv_root', mount: { mountPoint: '/' } }],
  });
});

test('a disk without partitions can be a physical volume', () => {
  const [, , lvm] = withVolumes([root]) as [unknown, unknown, { lvm: object }];
  const pvs = [{ name: 'pv', base: 'image0' }];
  const data = [{ local_loop: { name: 'image0' } }, { lvm: { ...lvm.lvm, pvs } }, rootOnVolume];
  expect(groupsOf(data)[0]?.physicalVolumes).toEqual([{ name: 'pv', base: 'image0' }]);
});

test('vgcreate may be told the size of extents', () => {
  const [disk, table, lvm] = withVolumes([root]) as [unknown, unknown, { lvm: object }];
  const vgs = (options: string) => [{ name: 'vg', base: ['pv'], options }];
  const at = (options: string) => [disk, table, { lvm: { ...lvm.lvm, vgs: vgs(options) } }, rootOnVolume];
  expect(groupsOf(at('-s 16M'))[0]?.extentBytes).toBe(16 * 2 ** 20);
  expect(groupsOf(at('--physicalextentsize=512k'))[0]?.extentBytes).toBe(512 * 2 ** 10);
  expect(problemsOf(at('-s 3M'))).toContain('a power of two of bytes');
});

describe('what is wrong is said', () => {
  const [disk, table, lvm] = withVolumes([root]) as [unknown, unknown, { lvm: object }];
  const changed = (more: object) => [disk, table, { lvm: { ...lvm.lvm, ...more } }, rootOnVolume];
  test.each<[string, unknown, string]>([
    ['no volumes', changed({ lvs: [] }), "needs 'lvs', a list of at least one logical volume"],
    [
      'a group on nothing',
      changed({ vgs: [{ name: 'vg', base: ['pv9'] }] }),
      "Edge not defined: pv9->vg (a volume group stands on names from 'pvs')",
    ],
    [
      'a volume in no group',
      withVolumes([{ ...root, base: 'vgg' }], [rootOnVolume]),
      "Edge not defined: vgg->lv_root; no node is called 'vgg' (did you mean 'vg'?)",
    ],
    [
      'a physical volume in no group',
      changed({
        pvs: [
          { name: 'pv', base: 'data' },
          { name: 'spare', base: 'data' },
        ],
      }),
      "'spare' is in no volume group",
    ],
    [
      'a physical volume in two groups',
      changed({
        vgs: [
          { name: 'vg', base: ['pv'] },
          { name: 'vg2', base: ['pv'] },
        ],
      }),
      "'pv' is in 'vg' and in 'vg2'",
    ],
    [
      'a partition with two uses',
      withVolumes([root], [rootOnVolume, { mkfs: { base: 'data', type: 'ext4' } }]),
      "'mkfs_data' and 'pv' are both made on 'data'",
    ],
    [
      'size and extents',
      withVolumes([{ ...root, size: '1GiB' }], [rootOnVolume]),
      "'lv_root' needs either size or extents",
    ],
    [
      'neither',
      withVolumes([{ name: 'lv_root', base: 'vg' }], [rootOnVolume]),
      "'lv_root' needs either size or extents",
    ],
    [
      'extents',
      withVolumes([{ ...root, extents: '120%VG' }], [rootOnVolume]),
      "extents '120%VG' are not understood",
    ],
    [
      'options that would change what is made',
      withVolumes([{ ...root, options: ['--mirrors', '1'] }], [rootOnVolume]),
      'options of lvcreate that cannot be applied: --mirrors 1',
    ],
    [
      'names that LVM keeps',
      withVolumes([{ ...root, name: 'pool_tdata' }], [rootOnVolume]),
      'among the names that LVM keeps',
    ],
    ['names that are none', changed({ vgs: [{ name: 'v g', base: ['pv'] }] }), "'v g' can be no name"],
    [
      'a thin volume without a pool',
      withVolumes([root, { name: 't', base: 'vg', type: 'thin', size: '1GiB' }], [rootOnVolume]),
      "'t': a thin volume needs a 'thin-pool'",
    ],
    [
      'a pool that is none',
      withVolumes(
        [root, { name: 't', base: 'vg', type: 'thin', 'thin-pool': 'lv_root', size: '1GiB' }],
        [rootOnVolume],
      ),
      'Edge not defined: lv_root->t',
    ],
    [
      'a thin volume in extents',
      withVolumes(
        [
          { ...root, type: 'thin-pool', name: 'pool' },
          { name: 'lv_root', base: 'vg', type: 'thin', 'thin-pool': 'pool', extents: 3 },
        ],
        [rootOnVolume],
      ),
      'a thin volume needs a size',
    ],
    [
      'a filesystem on a pool',
      withVolumes([{ ...root, type: 'thin-pool' }], [rootOnVolume]),
      "'mkfs_root' is made on the thin pool 'lv_root'",
    ],
    ['another type', withVolumes([{ ...root, type: 'raid1' }], [rootOnVolume]), "not 'raid1'"],
  ])('%s', (_, data, text) => {
    expect(problemsOf(data)).toContain(text);
  });
});
