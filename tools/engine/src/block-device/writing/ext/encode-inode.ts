/** An inode's fields. Times are all the same: that of the last modification, which alone says something about the content. */
export interface InodeFields {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly seconds: number;
  /** When it was made. */
  readonly bornSeconds: number;
  readonly links: number;
  /** Blocks of 4 KiB that it takes, those of its extents and attributes among them. */
  readonly blocks: number;
  /** Extents, a link's text, or a device's number: up to 60 bytes. */
  readonly content: Buffer;
  readonly hasExtents: boolean;
  /** Block of its extended attributes, or 0. */
  readonly attributeBlock: number;
  /** Extended attributes that lie in the inode. */
  readonly attributes: Buffer | undefined;
}

const oldInodeBytes = 128;
const extraBytes = 32;
const extentsFlag = 0x80000;
const sectorsPerBlock = 8;

/** What an inode has room for, behind its fields. */
export const attributeRoom = (inodeBytes: number): number => inodeBytes - oldInodeBytes - extraBytes;

/**
 * Writes an inode ("Index Nodes" of Linux's documentation of ext4).
 *
 * @param bytes all of the inode's, at least 256.
 * @param checksum of the whole inode, whose own fields are zero then; undefined where the filesystem has none.
 */
export function encodeInode(
  bytes: Buffer,
  fields: InodeFields,
  checksum: ((bytes: Uint8Array) => number) | undefined,
): void {
  bytes.fill(0);
  const seconds = fields.seconds | 0;
  const epoch = Math.floor((fields.seconds + 2 ** 31) / 2 ** 32) & 3;
  bytes.writeUInt16LE(fields.mode, 0);
  bytes.writeUInt16LE(fields.uid & 0xffff, 2);
  bytes.writeUInt32LE(fields.sizeBytes % 2 ** 32, 4);
  for (const at of [8, 12, 16]) bytes.writeInt32LE(seconds, at);
  bytes.writeUInt16LE(fields.gid & 0xffff, 24);
  bytes.writeUInt16LE(fields.links, 26);
  bytes.writeUInt32LE(fields.blocks * sectorsPerBlock, 28);
  bytes.writeUInt32LE(fields.hasExtents ? extentsFlag : 0, 32);
  fields.content.copy(bytes, 40);
  bytes.writeUInt32LE(fields.attributeBlock, 104);
  bytes.writeUInt32LE(Math.floor(fields.sizeBytes / 2 ** 32), 108);
  bytes.writeUInt16LE(fields.uid >>> 16, 120);
  bytes.writeUInt16LE(fields.gid >>> 16, 122);
  bytes.writeUInt16LE(extraBytes, 128);
  for (const at of [132, 136, 140]) bytes.writeUInt32LE(epoch, at);
  bytes.writeInt32LE(fields.bornSeconds | 0, 144);
  fields.attributes?.copy(bytes, oldInodeBytes + extraBytes);
  if (checksum !== undefined) {
    const sum = checksum(bytes);
    bytes.writeUInt16LE(sum & 0xffff, 124);
    bytes.writeUInt16LE(sum >>> 16, 130);
  }
}

/** A device's number as an inode keeps it: the old form where it fits. */
export function encodeDevice({ major, minor }: { readonly major: number; readonly minor: number }): Buffer {
  const bytes = Buffer.alloc(8);
  if (major < 256 && minor < 256) bytes.writeUInt32LE((major << 8) | minor, 0);
  else bytes.writeUInt32LE(((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0, 4);
  return bytes;
}
