import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { parseBlockDevice } from '@kiln/engine/block-device/parse-block-device.ts';
import { planDiskLayout } from '@kiln/engine/block-device/plan-disk-layout.ts';

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
