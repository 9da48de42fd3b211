import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseBlockDevice } from '@kiln/engine/block-device/configuration/parse-block-device.ts';
import { planDiskLayout } from '@kiln/engine/block-device/layout/plan-disk-layout.ts';

/**
 * The disk that an element lays out for a tree of 1 GB, in lines that a test can compare: the table, its partitions, the
 * filesystems with their labels and where they are mounted. Throws what is wrong with the layout.
 */
export function describeLayout(
  element: { readonly folder: string; readonly name: string },
  file = 'block-device-default.yaml',
): readonly string[] {
  const graph = parseBlockDevice(parse(readFileSync(join(element.folder, file), 'utf8')));
  if (!graph.ok) throw new Error(JSON.stringify(graph.failures, null, 2));
  const tree = { treeBytes: 1e9, treeInodes: 30_000 };
  const planned = planDiskLayout({ graph: graph.value, ...tree, rootFilesystem: 'ext4', seed: element.name });
  if (!planned.ok) throw new Error(JSON.stringify(planned.failures, null, 2));
  const { table, sectorBytes, filesystems } = planned.value;
  return [
    `${table?.label ?? 'no table'}, sectors of ${sectorBytes} bytes`,
    ...(table?.partitions ?? []).map(({ name, bootable }) => `${name}${bootable ? ' (bootable)' : ''}`),
    ...filesystems.map(({ type, label, mountPoint }) => `${mountPoint ?? '-'} ${type} ${label}`),
  ];
}
