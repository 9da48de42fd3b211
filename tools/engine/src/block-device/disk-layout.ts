/** The disk as it will be written: every number decided, every identifier derived from the plan. Sizes in bytes. */
export interface DiskLayout {
  readonly sizeBytes: number;
  readonly sectorBytes: 512 | 4096;
  readonly table: PartitionTable | undefined;
  /** Undefined or empty: no LVM. */
  readonly volumeGroups?: readonly VolumeGroup[];
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

/** A piece of the disk. */
export interface DiskSegment {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** An LVM volume group. Its identifiers, and those of what is in it, are LVM's: 32 letters and digits in groups. */
export interface VolumeGroup {
  readonly name: string;
  readonly id: string;
  readonly extentBytes: number;
  readonly physicalVolumes: readonly PhysicalVolume[];
  readonly logicalVolumes: readonly LogicalVolume[];
}

export interface PhysicalVolume extends DiskSegment {
  readonly name: string;
  readonly id: string;
  /** Where its first extent begins, from its own start. */
  readonly dataStartBytes: number;
  readonly extents: number;
}

export type LogicalVolume = LinearVolume | ThinPool | ThinVolume;

interface AnyVolume {
  readonly name: string;
  readonly id: string;
  readonly extents: number;
}

/** Pieces are in the order of the volume's own blocks. */
export interface LinearVolume extends AnyVolume {
  readonly kind: 'linear';
  /** Hidden: a part of a thin pool. */
  readonly visibility: 'visible' | 'hidden';
  readonly pieces: readonly VolumePiece[];
}

/** A run of extents; `physicalVolume` is the place in the group's list. */
export interface VolumePiece {
  readonly physicalVolume: number;
  readonly firstExtent: number;
  readonly extents: number;
}

export interface ThinPool extends AnyVolume {
  readonly kind: 'thin-pool';
  readonly chunkBytes: number;
  /** Names of the hidden linear volumes that it consists of. */
  readonly metadataVolume: string;
  readonly dataVolume: string;
}

export interface ThinVolume extends AnyVolume {
  readonly kind: 'thin';
  readonly pool: string;
  /** Its number in the pool, from 1. */
  readonly deviceNumber: number;
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
  /** Of its first piece, where it lies in several; of its pool's data, in a thin volume. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** The logical volume that it fills; undefined: it fills a partition, or the disk. */
  readonly volume?: { readonly group: string; readonly name: string } | undefined;
  /** Undefined for swap and for filesystems that are not mounted. */
  readonly mountPoint: string | undefined;
  /** Arguments for the filesystem's mkfs tool; label, UUID and place are not among them. */
  readonly options: readonly string[];
  /** Undefined: no line in fstab. */
  readonly fstab: { readonly options: string; readonly dump: number; readonly pass: number } | undefined;
}
