/** What the user asked the disk to be, checked but without sizes of the tree: the input of `planDiskLayout`. */
export interface BlockDeviceGraph {
  readonly disk: DiskNode;
  /** Undefined: one filesystem fills the whole disk. */
  readonly table: PartitionTableNode | undefined;
  /** In the order of the configuration; a partition or the disk belongs to one of them at most. */
  readonly volumeGroups: readonly VolumeGroupNode[];
  /** In the order of the configuration. */
  readonly filesystems: readonly FilesystemNode[];
}

/** `local_loop`: the disk's file. */
export interface DiskNode {
  readonly name: string;
  /** Undefined: the image's size, or computed from the tree. */
  readonly sizeBytes: number | undefined;
  readonly sectorBytes: 512 | 4096;
}

/** `partitioning`. */
export interface PartitionTableNode {
  readonly name: string;
  readonly label: 'mbr' | 'gpt';
  readonly alignBytes: number;
  /** In the order in which they lie on the disk. */
  readonly partitions: readonly PartitionNode[];
}

export interface PartitionNode {
  readonly name: string;
  /** Percentages are of the space that is still free when the partition's turn comes. */
  readonly size: { readonly bytes: number } | { readonly percent: number };
  /** A GUID in upper case for gpt; a hexadecimal code without 0x for mbr. */
  readonly type: string;
  readonly bootable: boolean;
  /** Always primary for gpt. */
  readonly kind: 'primary' | 'logical';
}

/** A volume group of an `lvm` node, with what it lies on and what lies in it. */
export interface VolumeGroupNode {
  readonly name: string;
  readonly extentBytes: number;
  readonly physicalVolumes: readonly PhysicalVolumeNode[];
  /** In the order in which they take their space. */
  readonly logicalVolumes: readonly LogicalVolumeNode[];
}

export interface PhysicalVolumeNode {
  readonly name: string;
  /** Name of a partition, or of the disk. */
  readonly base: string;
}

export interface LogicalVolumeNode {
  readonly name: string;
  /** Percentages are of the group, or of what is still free in it when the volume's turn comes. */
  readonly size:
    | { readonly bytes: number }
    | { readonly extents: number }
    | { readonly percent: number; readonly of: 'VG' | 'FREE' };
  /** A thin volume has the size that it shows; its blocks come out of its pool. */
  readonly kind: 'linear' | 'thin-pool' | 'thin';
  /** Name of the pool of a thin volume. */
  readonly pool?: string | undefined;
}

/** `mkfs` with the `mount` and `fstab` nodes on top of it. */
export interface FilesystemNode {
  readonly name: string;
  /** Name of a partition, of a logical volume, or of the disk. */
  readonly base: string;
  /** Undefined only for the root filesystem: the image definition decides. */
  readonly type: string | undefined;
  /** Undefined: the node's name, or the root label. */
  readonly label: string | undefined;
  /** Undefined: for the root filesystem the engine's own, else none. */
  readonly options: readonly string[] | undefined;
  readonly uuid: string | undefined;
  readonly mount: MountNode | undefined;
}

export interface MountNode {
  readonly name: string;
  readonly mountPoint: string;
  readonly fstab: { readonly options: string; readonly dump: number; readonly pass: number } | undefined;
}
