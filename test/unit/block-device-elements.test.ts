import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { parseBlockDevice } from '@kiln/engine/block-device/configuration/parse-block-device.ts';
import { planDiskLayout } from '@kiln/engine/block-device/layout/plan-disk-layout.ts';

const root = join(import.meta.dirname, '../..');
const files = globSync('elements/*/block-device-*.yaml', { cwd: root }).sort();

test('there are block-device elements', () => {
  expect(files.length).toBeGreaterThan(3);
});

test.each(files)('%s is a layout that holds a tree of 1 GB', (file) => {
  const graph = parseBlockDevice(parse(readFileSync(join(root, file), 'utf8')));
  if (!graph.ok) throw new Error(JSON.stringify(graph.failures));
  expect(graph.warnings).toEqual([]);
  const tree = { treeBytes: 1e9, treeInodes: 30_000 };
  const layout = planDiskLayout({ graph: graph.value, ...tree, rootFilesystem: 'ext4', seed: file });
  expect(layout.ok).toBe(true);
});

test('block-device-efi-lvm: as large as its partitions, and no larger', () => {
  const file = 'elements/block-device-efi-lvm/block-device-default.yaml';
  const graph = parseBlockDevice(parse(readFileSync(join(root, file), 'utf8')));
  if (!graph.ok) throw new Error(JSON.stringify(graph.failures));
  const tree = { treeBytes: 1e9, treeInodes: 30_000 };
  const layout = planDiskLayout({ graph: graph.value, ...tree, rootFilesystem: 'ext4', seed: file });
  if (!layout.ok) throw new Error(JSON.stringify(layout.failures));
  const mebibyte = 2 ** 20;
  const partitions = (550 + 8) * mebibyte + 40e9;
  expect(layout.value.sizeBytes).toBeGreaterThan(partitions);
  expect(layout.value.sizeBytes).toBeLessThan(partitions + 4 * mebibyte);
  expect(layout.value.filesystems.map(({ volume, type, label }) => [volume?.name, type, label])).toEqual([
    [undefined, 'vfat', 'MKFS_ESP'],
    ['lv_root', 'xfs', 'img-rootfs'],
    ['lv_var', 'xfs', 'fs_var'],
    ['lv_home', 'xfs', 'fs_home'],
  ]);
});
