import { describe, expect, test } from 'vitest';
import {
  parseBlockDevice,
  wholeDiskConfiguration,
} from '../../../src/block-device/configuration/parse-block-device.ts';
import type { DiskRequest } from '../../../src/block-device/layout/plan-disk-layout.ts';
import { planDiskLayout } from '../../../src/block-device/layout/plan-disk-layout.ts';
import { describeFailure } from '../../../src/diagnostics/failure.ts';
import { efiConfiguration, mbrConfiguration } from '../configurations.ts';
import { rootOnVolume, withVolumes } from '../lvm-fixture.ts';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

function request(data: unknown, more: Partial<DiskRequest> = {}): DiskRequest {
  const graph = parseBlockDevice(data);
  if (!graph.ok) throw new Error('the configuration of this test is wrong');
  const tree = { treeBytes: 960 * mebibyte, treeInodes: 30_000 };
  return { graph: graph.value, ...tree, rootFilesystem: 'ext4', seed: 'seed', ...more };
}

function layoutOf(data: unknown, more: Partial<DiskRequest> = {}) {
  const result = planDiskLayout(request(data, more));
  if (!result.ok)
    throw new Error(result.failures.map((failure) => describeFailure(failure).message).join('\n'));
  return result.value;
}

function failuresOf(data: unknown, more: Partial<DiskRequest> = {}) {
  const result = planDiskLayout(request(data, more));
  return result.ok ? [] : result.failures.map((failure) => describeFailure(failure).message);
}

describe('size of the disk', () => {
  test('is tree / 0.6 and the journal, in steps of 64 KiB', () => {
    const wanted = (960 / 0.6 + 64) * mebibyte;
    expect(layoutOf(mbrConfiguration).sizeBytes).toBe(wanted);
    expect(layoutOf(mbrConfiguration, { treeBytes: 960 * mebibyte + 1024 }).sizeBytes).toBe(
      wanted + 64 * 1024,
    );
    expect(layoutOf(mbrConfiguration, { rootFilesystem: 'xfs' }).sizeBytes).toBe(wanted - 64 * mebibyte);
  });

  test('has 525 MiB more with an EFI system partition', () => {
    expect(layoutOf(efiConfiguration).sizeBytes).toBe((960 / 0.6 + 64 + 525) * mebibyte);
  });

  test('extra bytes take the place of the scaling', () => {
    const more = { extraBytes: 500 * mebibyte };
    expect(layoutOf(mbrConfiguration, more).sizeBytes).toBe((960 + 500 + 64) * mebibyte);
  });

  test('is what the user says, without any padding', () => {
    expect(layoutOf(efiConfiguration, { sizeBytes: 3 * gibibyte }).sizeBytes).toBe(3 * gibibyte);
    const own = [{ local_loop: { name: 'image0', size: '5GiB' } }, ...efiConfiguration.slice(1)];
    expect(layoutOf(own, { sizeBytes: 3 * gibibyte }).sizeBytes).toBe(5 * gibibyte);
  });

  test('grows where the formula gives too little for a tiny tree', () => {
    const layout = layoutOf(efiConfiguration, { treeBytes: 2 * mebibyte, treeInodes: 300 });
    const root = layout.filesystems.find((filesystem) => filesystem.mountPoint === '/');
    expect(root?.sizeBytes).toBeGreaterThan(130 * mebibyte);
  });

  test('that cannot hold the tree is a failure which tells a size that can', () => {
    const result = planDiskLayout(request(mbrConfiguration, { sizeBytes: 900 * mebibyte }));
    const failure = result.ok ? undefined : result.failures[0];
    expect(failure).toMatchObject({ code: 'image-size-too-small', sizeBytes: 900 * mebibyte });
    const neededBytes = failure?.code === 'image-size-too-small' ? failure.neededBytes : 0;
    expect(layoutOf(mbrConfiguration, { sizeBytes: neededBytes * 1.1 }).sizeBytes).toBeGreaterThan(
      neededBytes,
    );
  });

  test('too many files for the inodes is too small as well', () => {
    const failures = failuresOf(mbrConfiguration, { sizeBytes: 2 * gibibyte, treeInodes: 900_000 });
    expect(failures.join()).toContain('too small');
  });
});

describe('partitions', () => {
  test('gpt: aligned to 1 MiB, room for the backup table at the end', () => {
    const { table, sizeBytes } = layoutOf(efiConfiguration, { sizeBytes: 4 * gibibyte });
    expect(table?.partitions).toMatchObject([
      { number: 1, startBytes: mebibyte, sizeBytes: 550 * mebibyte },
      { number: 2, startBytes: 551 * mebibyte, sizeBytes: 8 * mebibyte },
      { number: 3, startBytes: 559 * mebibyte, sizeBytes: sizeBytes - 560 * mebibyte },
    ]);
    expect(new Set(table?.partitions.map((partition) => partition.uuid)).size).toBe(3);
  });

  test('gpt: sizes are whole MiB, as upstream tells them to sgdisk', () => {
    const [disk, table] = efiConfiguration as [unknown, { partitioning: { partitions: readonly object[] } }];
    const partitions = table.partitioning.partitions.map((partition, index) =>
      index === 0 ? { ...partition, size: '300.7MiB' } : partition,
    );
    const layout = layoutOf([disk, { partitioning: { ...table.partitioning, partitions } }]);
    expect(layout.table?.partitions[0]?.sizeBytes).toBe(300 * mebibyte);
  });

  test('percentages are of what is left', () => {
    const halves = [
      { local_loop: { name: 'image0' } },
      {
        partitioning: {
          base: 'image0',
          label: 'gpt',
          partitions: [
            { name: 'a', size: '50%', mkfs: { mount: { mount_point: '/' } } },
            { name: 'b', size: '50%' },
            { name: 'c', size: '100%' },
          ],
        },
      },
    ];
    const { table } = layoutOf(halves, { sizeBytes: 8 * gibibyte + 2 * mebibyte });
    expect(table?.partitions.map((partition) => partition.sizeBytes / gibibyte)).toEqual([4, 2, 2]);
  });

  test('mbr: logical partitions lie in an extended one and count from 5', () => {
    const logical = [
      { local_loop: { name: 'image0' } },
      {
        partitioning: {
          base: 'image0',
          label: 'mbr',
          partitions: [
            { name: 'root', size: '2GiB', flags: ['primary'], mkfs: { mount: { mount_point: '/' } } },
            { name: 'var', size: '1GiB', mkfs: { type: 'ext4', mount: { mount_point: '/var' } } },
            { name: 'home', size: '100%', mkfs: { type: 'ext4', mount: { mount_point: '/home' } } },
          ],
        },
      },
    ];
    const { table, sizeBytes, filesystems } = layoutOf(logical, { sizeBytes: 8 * gibibyte });
    expect(table?.partitions.map(({ name, number, kind }) => [name, number, kind])).toEqual([
      ['root', 1, 'primary'],
      ['extended', 2, 'extended'],
      ['var', 5, 'logical'],
      ['home', 6, 'logical'],
    ]);
    const [, extended, first, second] = table?.partitions ?? [];
    expect(first?.startBytes).toBe((extended?.startBytes ?? 0) + mebibyte);
    // To the end of the disk, as diskimage-builder lays them.
    for (const last of [extended, second])
      expect((last?.startBytes ?? 0) + (last?.sizeBytes ?? 0)).toBe(sizeBytes);
    expect(filesystems.map(({ mountPoint }) => mountPoint)).toEqual(['/', '/var', '/home']);
  });

  test('what does not fit is told', () => {
    expect(failuresOf(efiConfiguration, { sizeBytes: 500 * mebibyte }).join()).toContain('too small');
  });
});

describe('filesystems', () => {
  test('the root takes type, label and options from the image definition', () => {
    const options = { journalMebibytes: 32, mkfsOptions: ['-m', '1'], maxOnlineResizeBlocks: 1000 };
    const [root] = layoutOf(mbrConfiguration, options).filesystems;
    expect(root).toMatchObject({ type: 'ext4', label: 'cloudimg-rootfs', offsetBytes: mebibyte });
    expect(root?.options).toEqual(['-E', 'resize=1000', '-i', '4096', '-J', 'size=32', '-m', '1']);
    expect(layoutOf(mbrConfiguration, { ...options, release: 'trusty' }).filesystems[0]?.options).toEqual([
      '-E',
      'resize=1000',
      '-O',
      '^metadata_csum',
      '-i',
      '4096',
      '-J',
      'size=32',
      '-m',
      '1',
    ]);
    expect(layoutOf(mbrConfiguration, { rootLabel: 'own' }).filesystems[0]?.label).toBe('own');
    expect(layoutOf(mbrConfiguration, { rootFilesystem: 'xfs' }).filesystems[0]).toMatchObject({
      type: 'xfs',
      label: 'img-rootfs',
      options: [],
    });
  });

  test('without a partition table the root lies at the start of the disk', () => {
    const layout = layoutOf(wholeDiskConfiguration);
    expect(layout).toMatchObject({
      table: undefined,
      filesystems: [{ offsetBytes: 0, sizeBytes: layout.sizeBytes }],
    });
  });

  test('labels: upper case for vfat, not too long, not twice', () => {
    const esp = layoutOf(efiConfiguration).filesystems[0];
    expect(esp).toMatchObject({ type: 'vfat', label: 'MKFS_ESP' });
    expect(esp?.uuid).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}$/);
    expect(failuresOf(mbrConfiguration, { rootLabel: 'seventeen-letters' }).join()).toContain(
      'Label [seventeen-letters] too long for filesystem [ext4]: 17 > 16',
    );
    expect(failuresOf(efiConfiguration, { rootLabel: 'MKFS_ESP' }).join()).toContain(
      'File system label [MKFS_ESP] used more than once',
    );
  });

  test('an unknown type is told', () => {
    expect(failuresOf(mbrConfiguration, { rootFilesystem: 'zfs' }).join()).toContain("'zfs' cannot be made");
  });

  test('a fixed partition that is too small for its share is told', () => {
    const subtrees = new Map([['/boot/efi', { bytes: 600 * mebibyte, inodes: 3 }]]);
    expect(failuresOf(efiConfiguration, { subtrees }).join()).toContain("partition 'ESP' is too small");
  });
});

describe('logical volumes', () => {
  test('lie behind the label and metadata of their physical volume', () => {
    const data = withVolumes([{ name: 'lv_root', base: 'vg', extents: '100%FREE' }], [rootOnVolume]);
    const { volumeGroups, filesystems } = layoutOf(data, { sizeBytes: 4 * gibibyte });
    expect(filesystems).toMatchObject([
      { offsetBytes: 2 * mebibyte, volume: { group: 'vg', name: 'lv_root' }, sizeBytes: 4092 * mebibyte },
    ]);
    expect(volumeGroups).toMatchObject([
      { physicalVolumes: [{ offsetBytes: mebibyte, sizeBytes: 4094 * mebibyte, extents: 1023 }] },
    ]);
  });

  test('a computed size gives the volume of the root its share of the disk', () => {
    const half = withVolumes([{ name: 'lv_root', base: 'vg', extents: '25%VG' }], [rootOnVolume]);
    const layout = layoutOf(half);
    expect(layout.filesystems[0]?.sizeBytes).toBeGreaterThan(960 * mebibyte);
    expect(layout.sizeBytes).toBeGreaterThan(4 * 960 * mebibyte);
    expect(layout.sizeBytes).toBeLessThan(6 * gibibyte);
  });

  test('a computed size holds volumes of fixed sizes', () => {
    const fixed = withVolumes(
      [
        { name: 'lv_root', base: 'vg', size: '2GiB' },
        { name: 'lv_data', base: 'vg', size: '10GiB' },
      ],
      [rootOnVolume],
    );
    const { sizeBytes } = layoutOf(fixed);
    expect(sizeBytes / gibibyte).toBeGreaterThan(12);
    expect(sizeBytes / gibibyte).toBeLessThan(14);
  });

  test('one of a fixed size that is too small for its share is told', () => {
    const small = withVolumes([{ name: 'lv_root', base: 'vg', size: '500MiB' }], [rootOnVolume]);
    expect(failuresOf(small).join()).toContain("logical volume 'lv_root' is too small for '/'");
  });

  test('a group in a partition of a fixed size that is too small for its volumes is told', () => {
    const [disk, , lvm, root] = withVolumes([{ name: 'lv_root', base: 'vg', size: '3GiB' }], [rootOnVolume]);
    const partitions = [{ name: 'data', size: '2GiB' }];
    const table = { partitioning: { base: 'image0', label: 'gpt', partitions } };
    expect(failuresOf([disk, table, lvm, root]).join()).toContain(
      "volume group 'vg' has no room for 'lv_root': 3072 MiB are needed, 2044 MiB are free",
    );
  });
});

test('identifiers come from the seed and the names alone', () => {
  const one = layoutOf(efiConfiguration);
  expect(layoutOf(efiConfiguration)).toEqual(one);
  const larger = layoutOf(efiConfiguration, { sizeBytes: 4 * gibibyte });
  expect(larger.table?.id).toBe(one.table?.id);
  expect(larger.filesystems.map(({ uuid }) => uuid)).toEqual(one.filesystems.map(({ uuid }) => uuid));
  const other = layoutOf(efiConfiguration, { seed: 'other' });
  expect(other.table?.id).not.toBe(one.table?.id);
});
