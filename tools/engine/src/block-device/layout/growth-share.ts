import type { BlockDeviceGraph, LogicalVolumeNode, VolumeGroupNode } from '../block-device-graph.ts';

/**
 * How much of each byte that the disk grows by reaches a partition, a logical volume, or the disk itself: from 0, for a fixed size,
 * to 1. What is rounded to alignments and extents is left out.
 */
export function growthShare(graph: BlockDeviceGraph, base: string): number {
  if (base === graph.disk.name) return 1;
  let left = 1;
  for (const { name, size } of graph.table?.partitions ?? []) {
    const share = 'percent' in size ? (left * size.percent) / 100 : 0;
    if (name === base) return share;
    left -= share;
  }
  for (const group of graph.volumeGroups) {
    if (group.logicalVolumes.some(({ name }) => name === base)) return volumeShare(graph, group, base);
  }
  return 0;
}

/** The share of all the group's physical volumes together. */
export function groupShare(graph: BlockDeviceGraph, group: VolumeGroupNode): number {
  return group.physicalVolumes.reduce((sum, volume) => sum + growthShare(graph, volume.base), 0);
}

function volumeShare(graph: BlockDeviceGraph, group: VolumeGroupNode, base: string): number {
  const whole = groupShare(graph, group);
  let left = whole;
  for (const { name, size } of group.logicalVolumes) {
    const share = 'percent' in size ? ((size.of === 'VG' ? whole : left) * size.percent) / 100 : 0;
    if (name === base) return share;
    left -= share;
  }
  return 0;
}

/** The node whose fixed size keeps a filesystem's base from growing, in words. */
export function fixedNode(graph: BlockDeviceGraph, base: string): string {
  const group = graph.volumeGroups.find((it) => it.logicalVolumes.some(({ name }) => name === base));
  const volume = group?.logicalVolumes.find(({ name }) => name === base);
  if (group === undefined || volume === undefined) return `partition '${base}'`;
  return isFixed(volume) ? `logical volume '${base}'` : `volume group '${group.name}'`;
}

function isFixed({ kind, size }: LogicalVolumeNode): boolean {
  return kind === 'thin' || !('percent' in size);
}
