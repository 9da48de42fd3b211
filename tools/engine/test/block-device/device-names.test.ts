import { expect, test } from 'vitest';
import {
  deviceLinks,
  deviceMountedAt,
  deviceVariables,
  nameDevices,
} from '../../src/block-device/device-names.ts';
import {
  parseBlockDevice,
  wholeDiskConfiguration,
} from '../../src/block-device/configuration/parse-block-device.ts';
import { planDiskLayout } from '../../src/block-device/layout/plan-disk-layout.ts';
import { efiConfiguration, mbrConfiguration } from './configurations.ts';

function devicesOf(configuration: unknown, treeBytes = 0) {
  const graph = parseBlockDevice(configuration);
  if (!graph.ok) throw new Error('the configuration of this test is wrong');
  const tree = { treeBytes, treeInodes: 0, rootFilesystem: 'ext4', rootLabel: 'my root', seed: 'seed' };
  const layout = planDiskLayout({ graph: graph.value, ...tree });
  if (!layout.ok) throw new Error('the tree of this test does not fit');
  return nameDevices(graph.value.disk.name, layout.value);
}

test('devices are named as on a host whose first loop device is free', () => {
  expect(devicesOf(efiConfiguration).map(({ name, path }) => `${name} ${path}`)).toEqual([
    'image0 loop0',
    'ESP mapper/loop0p1',
    'BSP mapper/loop0p2',
    'root mapper/loop0p3',
  ]);
  const [disk, ...partitions] = devicesOf(wholeDiskConfiguration);
  expect([disk?.path, disk?.filesystem?.mountPoint, partitions.length]).toEqual(['loop0', '/', 0]);
});

test('an extended partition is no device of its own', () => {
  const plain = ['one', 'two'].map((name) => ({ name, size: '10MiB', mkfs: { type: 'ext4' } }));
  const root = { name: 'root', size: '100%', mkfs: { label: 'top', mount: { mount_point: '/' } } };
  const configuration = [
    { local_loop: { name: 'image0' } },
    { partitioning: { base: 'image0', label: 'mbr', partitions: [...plain, root] } },
  ];
  expect(devicesOf(configuration).map(({ path }) => path)).toEqual([
    'loop0',
    'mapper/loop0p5',
    'mapper/loop0p6',
    'mapper/loop0p7',
  ]);
});

test('names do not depend on the size of the disk', () => {
  const pathsOf = (treeBytes: number) => devicesOf(efiConfiguration, treeBytes).map(({ path }) => path);
  expect(pathsOf(2 ** 33)).toEqual(pathsOf(0));
});

test('hooks get the disk, and a list that bash takes for an associative array', () => {
  expect(deviceVariables(devicesOf(mbrConfiguration), '/dev')).toEqual({
    IMAGE_BLOCK_DEVICE: '/dev/loop0',
    IMAGE_BLOCK_DEVICES: ' [image0]=/dev/loop0 [root]=/dev/mapper/loop0p1',
  });
});

test('a mount point leads to its device, and udev-like links to filesystems', () => {
  const devices = devicesOf(efiConfiguration);
  expect(deviceMountedAt(devices, '/boot/efi')?.path).toBe('mapper/loop0p1');
  expect(deviceMountedAt(devices, '/var')).toBeUndefined();
  const root = deviceMountedAt(devices, '/');
  expect(deviceLinks(devices).filter(({ target }) => target === root?.path)).toEqual([
    { path: `disk/by-uuid/${root?.filesystem?.uuid}`, target: 'mapper/loop0p3' },
    { path: 'disk/by-label/my\\x20root', target: 'mapper/loop0p3' },
  ]);
});
