/** One partition as the disk itself says. `type` is a lower-case GUID (gpt) or two hexadecimal digits (mbr). */
export interface FoundPartition {
  readonly number: number;
  readonly startBytes: number;
  readonly sizeBytes: number;
  readonly type: string;
  readonly bootable: boolean;
  /** gpt only. */
  readonly uuid?: string;
  /** gpt only. */
  readonly name?: string;
}

/** A partition table as read from a disk, with everything that is wrong with it in words. */
export interface FoundPartitionTable {
  readonly label: 'mbr' | 'gpt';
  /** Disk identifier: a lower-case UUID for gpt, eight hexadecimal digits for mbr. */
  readonly id: string;
  /** In ascending order of their numbers. */
  readonly partitions: readonly FoundPartition[];
  readonly problems: readonly string[];
}

/** The problems that any table can have: partitions that overlap, are empty, or reach beyond the disk. */
export function placementProblems(partitions: readonly FoundPartition[], diskBytes: number): string[] {
  const problems: string[] = [];
  const byStart = partitions.toSorted((a, b) => a.startBytes - b.startBytes);
  for (const [index, partition] of byStart.entries()) {
    const end = partition.startBytes + partition.sizeBytes;
    if (partition.sizeBytes <= 0) problems.push(`partition ${partition.number} is empty`);
    if (end > diskBytes)
      problems.push(`partition ${partition.number} ends at ${end}, beyond the disk's ${diskBytes} bytes`);
    const next = byStart[index + 1];
    if (next !== undefined && end > next.startBytes) {
      problems.push(`partitions ${partition.number} and ${next.number} overlap`);
    }
  }
  return problems;
}
