import type { PartitionNode, PartitionTableNode } from '../block-device-graph.ts';
import type { Partition, PartitionTable } from '../disk-layout.ts';
import { derivedHex, derivedUuid } from '../derived-identifier.ts';

const mebibyte = 2 ** 20;

/** Room kept at the end of a gpt disk: the backup of the table lies there. */
const gptTailBytes = mebibyte;

export interface PartitionRequest {
  readonly table: PartitionTableNode;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly seed: string;
}

/** The table, or the first partition that found no room. */
export type PartitionPlan =
  | { readonly ok: true; readonly table: PartitionTable }
  | {
      readonly ok: false;
      readonly partition: string;
      readonly neededBytes: number;
      readonly freeBytes: number;
    };

/**
 * Lays partitions one after the other, the first at the alignment, each start aligned.
 *
 * Percentages are of what is free when the partition's turn comes, rounded down to the alignment; absolute sizes
 * are rounded down to sectors, on a gpt disk to MiB. Logical partitions lie in one extended partition that takes the rest of the disk, each
 * with an aligned gap before it that holds its boot record. Behind primary partitions of an mbr disk such a gap stays free, as upstream keeps it.
 */
export function planPartitions(request: PartitionRequest): PartitionPlan {
  const { table, seed, sectorBytes } = request;
  const diskBytes = roundDown(request.sizeBytes, sectorBytes);
  const tailBytes = table.label === 'gpt' ? gptTailBytes : table.alignBytes;
  const partitions: Partition[] = [];
  let cursorBytes = Math.max(table.alignBytes, mebibyte);
  let logicalNumber = 5;
  for (const node of table.partitions) {
    if (node.kind === 'logical' && logicalNumber === 5) {
      partitions.push(extendedPartition(partitions.length + 1, cursorBytes, diskBytes));
    }
    const startBytes = node.kind === 'logical' ? cursorBytes + table.alignBytes : cursorBytes;
    // The gap before a logical partition is the one that is kept.
    const endBytes = node.kind === 'logical' ? diskBytes : roundDown(diskBytes - tailBytes, sectorBytes);
    const freeBytes = Math.max(0, endBytes - startBytes);
    const sizeBytes = partitionSize(node, { freeBytes, sectorBytes, table });
    if (sizeBytes > freeBytes || sizeBytes <= 0) {
      return {
        ok: false,
        partition: node.name,
        neededBytes: Math.max(sizeBytes, table.alignBytes),
        freeBytes,
      };
    }
    partitions.push({
      name: node.name,
      number: node.kind === 'logical' ? logicalNumber : partitions.length + 1,
      kind: node.kind,
      startBytes,
      sizeBytes,
      type: node.type,
      bootable: node.bootable,
      ...(table.label === 'gpt' ? { uuid: derivedUuid(seed, `partition ${node.name}`) } : {}),
    });
    if (node.kind === 'logical') logicalNumber += 1;
    cursorBytes = roundUp(startBytes + sizeBytes, table.alignBytes);
  }
  const id =
    table.label === 'gpt' ? derivedUuid(seed, `table ${table.name}`) : mbrIdentifier(seed, table.name);
  return { ok: true, table: { label: table.label, id, partitions } };
}

function partitionSize(
  node: PartitionNode,
  room: { readonly freeBytes: number; readonly sectorBytes: number; readonly table: PartitionTableNode },
): number {
  const { label, alignBytes } = room.table;
  if ('percent' in node.size) return roundDown((room.freeBytes * node.size.percent) / 100, alignBytes);
  const { bytes } = node.size;
  // Upstream tells sgdisk whole MiB.
  return roundDown(bytes, label === 'gpt' && bytes >= mebibyte ? mebibyte : room.sectorBytes);
}

function extendedPartition(number: number, startBytes: number, endBytes: number): Partition {
  const sizeBytes = endBytes - startBytes;
  return { name: 'extended', number, kind: 'extended', startBytes, sizeBytes, type: '0f', bootable: false };
}

/** Zero would tell Windows and Linux alike that the disk has no identifier. */
function mbrIdentifier(seed: string, name: string): string {
  const id = derivedHex(seed, `table ${name}`, 8);
  return id === '00000000' ? '00000001' : id;
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

export function roundDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}
