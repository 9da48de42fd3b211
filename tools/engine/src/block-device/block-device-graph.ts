/** What the user asked the disk to be, checked but without sizes of the tree: the input of `planDiskLayout`. */
export interface BlockDeviceGraph {
  readonly disk: DiskNode;
  /** Undefined: one filesystem fills the whole disk. */
  readonly table: PartitionTableNode | undefined;
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

/** `mkfs` with the `mount` and `fstab` nodes on top of it. */
export interface FilesystemNode {
  readonly name: string;
  /** Name of a partition, or of the disk. */
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
