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
  /** Logical partitions count from 5. */
  readonly number: number;
  /** gpt knows primary ones only; an extended one holds the logical ones that follow it. */
  readonly kind: 'primary' | 'extended' | 'logical';
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** A GUID in upper case for gpt, two hexadecimal digits without 0x for mbr. */
  readonly type: string;
  readonly bootable: boolean;
  /** gpt only. */
  readonly uuid?: string;
}

/** Filesystems that Kiln can make. */
export const filesystemTypes = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat', 'swap'] as const;

export type FilesystemType = (typeof filesystemTypes)[number];

export interface Filesystem {
  readonly name: string;
  readonly type: FilesystemType;
  readonly label: string;
  /** For vfat the volume id, as `1A2B-3C4D`. */
  readonly uuid: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** Undefined for swap and for filesystems that are not mounted. */
  readonly mountPoint: string | undefined;
  /** Arguments for the filesystem's mkfs tool; label, UUID and place are not among them. */
  readonly options: readonly string[];
  /** Undefined: no line in fstab. */
  readonly fstab: { readonly options: string; readonly dump: number; readonly pass: number } | undefined;
}
