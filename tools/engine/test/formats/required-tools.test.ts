import { expect, test } from 'vitest';
import { toolsForLayout } from '../../src/block-device/required-tools.ts';
import {
  diskFormats,
  extensionOf,
  isContainerFormat,
  isKnownDiskFormat,
  isTreeFormat,
  treeFormats,
} from '../../src/formats/image-format.ts';
import {
  isToolOfFormat,
  optionalToolsForFormats,
  toolsForFormats,
} from '../../src/formats/required-tools.ts';

test('every format and filesystem names its tools and their packages', () => {
  const tools = toolsForFormats([...diskFormats, ...treeFormats]);
  expect(
    tools.every(
      ({ tool, debianPackage, neededFor }) => tool !== '' && debianPackage !== '' && neededFor !== '',
    ),
  ).toBe(true);
  expect(toolsForFormats(['tgz', 'tgz']).map(({ tool }) => tool)).toEqual(['tar', 'unshare']);
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
  expect(isTreeFormat('tgz') && isTreeFormat('oci') && isKnownDiskFormat('qcow2')).toBe(true);
  expect(isTreeFormat('qcow2') || isKnownDiskFormat('vhdx') || isContainerFormat('tar')).toBe(false);
});

test('files are called by what is in them, or as diskimage-builder calls them', () => {
  expect(['squashfs', 'oci', 'docker', 'vhd'].map((format) => extensionOf(format))).toEqual([
    'squashfs',
    'oci.tar',
    'docker.tar',
    'vhd',
  ]);
  const theirs = ['squashfs', 'aci', 'vhdx'].map((format) => extensionOf(format, 'diskimage-builder'));
  expect(theirs).toEqual(['squash', 'aci', 'vhdx']);
});

test('a format that Kiln does not know is left to qemu-img', () => {
  expect(toolsForFormats(['vhdx']).map(({ tool }) => tool)).toEqual(['qemu-img']);
});

test.each([
  ['tar', ['tar', 'tgz', 'aci', 'oci', 'docker']],
  ['mksquashfs', ['squashfs']],
  ['qemu-img', ['qcow2', 'vhd', 'vhdx']],
  ['vhd-util', ['vhd']],
  ['mke2fs', ['qcow2', 'vhd', 'vhdx']],
] as const)('%s decides the bytes of %j alone', (tool, formats) => {
  const all = ['tar', 'tgz', 'squashfs', 'aci', 'oci', 'docker', 'qcow2', 'vhd', 'vhdx'];
  expect(all.filter((format) => isToolOfFormat(tool, format)).toSorted()).toEqual([...formats].toSorted());
});

test('vhd-util is taken where it is, and not missed where it is not', () => {
  expect(optionalToolsForFormats(['qcow2', 'vhd'])).toEqual(['vhd-util']);
  expect(optionalToolsForFormats(['qcow2'])).toEqual([]);
});
