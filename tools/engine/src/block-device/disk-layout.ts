/** The disk as it will be written: every number decided, every identifier derived from the plan. Sizes in bytes. */
export interface DiskLayout {
  readonly sizeBytes: number;
  readonly sectorBytes: 512 | 4096;
  readonly table: PartitionTable | undefined;
  /** In ascending order of `offsetBytes`. */
  readonly filesystems: readonly Filesystem[];
}

export interface PartitionTable {
  readonly label: 'mbr' | 'gpt';
  /** Disk identifier: a UUID for gpt, eight hexadecimal digits for mbr. */
  readonly id: string;
  readonly partitions: readonly Partition[];
}

export interface Partition {
  readonly name: string;
  readonly number: number;
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** sfdisk type: a GUID for gpt, a hexadecimal code without 0x for mbr. */
  readonly type: string;
  readonly bootable: boolean;
  /** gpt only. */
  readonly uuid?: string;
}

export interface Filesystem {
  readonly name: string;
  readonly type: 'ext2' | 'ext3' | 'ext4' | 'xfs' | 'btrfs' | 'vfat' | 'swap';
  readonly label: string;
  readonly uuid: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** Undefined for swap and for filesystems that are not mounted. */
  readonly mountPoint: string | undefined;
  readonly options: readonly string[];
  /** Undefined: no line in fstab. */
  readonly fstab: { readonly options: string; readonly dump: number; readonly pass: number } | undefined;
}
