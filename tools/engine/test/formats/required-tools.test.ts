import { expect, test } from 'vitest';
import { toolsForLayout } from '../../src/block-device/required-tools.ts';
import {
  diskFormats,
  extensionOf,
  isDiskFormat,
  isTreeFormat,
  treeFormats,
} from '../../src/formats/image-format.ts';
import { toolsForFormats } from '../../src/formats/required-tools.ts';

test('every format and filesystem names its tools and their packages', () => {
  const tools = toolsForFormats([...diskFormats, ...treeFormats]);
  expect(
    tools.every(
      ({ tool, debianPackage, neededFor }) => tool !== '' && debianPackage !== '' && neededFor !== '',
    ),
  ).toBe(true);
  expect(toolsForFormats(['tgz', 'tgz']).map(({ tool }) => tool)).toEqual(['tar', 'unshare', 'gzip']);
});

test('a layout needs the tools of its filesystems, each once', () => {
  const filesystem = {
    name: '',
    label: '',
    uuid: '',
    offsetBytes: 0,
    sizeBytes: 0,
    mountPoint: '/',
    options: [],
    fstab: undefined,
  };
  const tools = toolsForLayout({
    filesystems: [
      { ...filesystem, type: 'ext4' },
      { ...filesystem, type: 'ext4' },
    ],
  });
  expect(tools.map(({ tool }) => tool)).toEqual(['unshare', 'mount', 'truncate', 'dd', 'mke2fs', 'debugfs']);
});

test('formats are of the disk or of the tree', () => {
  expect(isTreeFormat('tgz') && isDiskFormat('qcow2')).toBe(true);
  expect(isTreeFormat('qcow2') || isDiskFormat('iso')).toBe(false);
  expect([extensionOf('squashfs'), extensionOf('vhd')]).toEqual(['squash', 'vhd']);
});
