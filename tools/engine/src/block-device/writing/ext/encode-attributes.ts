import { blockBytes } from './ext-geometry.ts';

/** Extended attributes of an inode: inside of it, or in a block of their own. */
export type EncodedAttributes =
  | { readonly place: 'none' }
  | { readonly place: 'inode'; readonly bytes: Buffer }
  /** Its checksum is still missing; it covers the block's number. */
  | { readonly place: 'block'; readonly bytes: Buffer };

const none: EncodedAttributes = { place: 'none' };

type Attribute = readonly [name: string, value: Buffer];

const magic = 0xea020000;
const entryBytes = 16;
const blockHeaderBytes = 32;

const prefixes: readonly (readonly [prefix: string, index: number])[] = [
  ['user.', 1],
  ['system.posix_acl_access', 2],
  ['system.posix_acl_default', 3],
  ['trusted.', 4],
  ['security.', 6],
  ['system.', 7],
];

/**
 * Encodes attributes as Linux keeps them ("Extended Attributes" of its documentation of ext4). All go into the inode where they fit.
 *
 * @param roomBytes of the inode, behind its fields.
 * @returns undefined where they do not fit into a block either, or one is of a kind that ext4 does not know.
 */
export function encodeAttributes(
  attributes: readonly Attribute[],
  roomBytes: number,
): EncodedAttributes | undefined {
  if (attributes.length === 0) return none;
  const known = attributes.map(([name, value]) => toStored(name, value));
  const stored = known.flatMap((attribute) => attribute ?? []);
  if (stored.length < known.length) return undefined;
  stored.sort((left, right) => compare(left, right));
  const wanted = 4 + stored.reduce((sum, it) => sum + entryLength(it) + padded(it.value.length), 0);
  if (4 + wanted <= roomBytes) {
    const bytes = Buffer.alloc(roomBytes);
    bytes.writeUInt32LE(magic, 0);
    // Hashes are for blocks, which inodes may share.
    writeEntries(bytes.subarray(4), stored, { firstAt: 0, hashed: 'no' });
    return { place: 'inode', bytes };
  }
  if (blockHeaderBytes + wanted > blockBytes) return undefined;
  const bytes = Buffer.alloc(blockBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(1, 4);
  bytes.writeUInt32LE(1, 8);
  const hashes = writeEntries(bytes, stored, { firstAt: blockHeaderBytes, hashed: 'yes' });
  bytes.writeUInt32LE(
    hashes.reduce((hash, of) => (((hash << 16) | (hash >>> 16)) ^ of) >>> 0, 0),
    12,
  );
  return { place: 'block', bytes };
}

interface StoredAttribute {
  readonly index: number;
  readonly name: Buffer;
  readonly value: Buffer;
}

function toStored(name: string, value: Buffer): StoredAttribute | undefined {
  const found = prefixes.find(([prefix]) => name.startsWith(prefix));
  if (found === undefined) return undefined;
  const [prefix, index] = found;
  const isList = index === 2 || index === 3;
  return {
    index,
    name: Buffer.from(name.slice(prefix.length), 'latin1'),
    value: isList ? encodeAccessList(value) : value,
  };
}

/** The order that the kernel keeps blocks in, and searches them by. */
function compare(left: StoredAttribute, right: StoredAttribute): number {
  return (
    left.index - right.index || left.name.length - right.name.length || Buffer.compare(left.name, right.name)
  );
}

function writeEntries(
  area: Buffer,
  attributes: readonly StoredAttribute[],
  { firstAt, hashed }: { readonly firstAt: number; readonly hashed: 'yes' | 'no' },
): readonly number[] {
  let at = firstAt;
  let valueAt = area.length;
  return attributes.map((attribute) => {
    const { index, name, value } = attribute;
    valueAt -= padded(value.length);
    const hash = hashed === 'yes' ? hashOf(attribute) : 0;
    area.writeUInt8(name.length, at);
    area.writeUInt8(index, at + 1);
    area.writeUInt16LE(value.length === 0 ? 0 : valueAt, at + 2);
    area.writeUInt32LE(value.length, at + 8);
    area.writeUInt32LE(hash, at + 12);
    name.copy(area, at + entryBytes);
    value.copy(area, valueAt);
    at += entryLength(attribute);
    return hash;
  });
}

function hashOf({ name, value }: StoredAttribute): number {
  let hash = 0;
  for (const letter of name) hash = ((hash << 5) ^ (hash >>> 27) ^ letter) >>> 0;
  const words = Buffer.alloc(padded(value.length));
  value.copy(words);
  for (let at = 0; at < words.length; at += 4) {
    hash = ((hash << 16) ^ (hash >>> 16) ^ words.readUInt32LE(at)) >>> 0;
  }
  return hash;
}

const entryLength = ({ name }: StoredAttribute): number => padded(entryBytes + name.length);
const padded = (length: number): number => Math.ceil(length / 4) * 4;

/** Tags of entries that name a user or a group. */
const named = new Set([0x2, 0x8]);

/**
 * An access control list as ext4 stores it, from how system calls tell it (acl(5), linux/posix_acl_xattr.h): there each entry has an
 * identifier, here only those that need one.
 */
function encodeAccessList(told: Buffer): Buffer {
  const parts: Uint8Array[] = [Buffer.from([1, 0, 0, 0])];
  for (let at = 4; at + 8 <= told.length; at += 8) {
    parts.push(told.subarray(at, at + (named.has(told.readUInt16LE(at)) ? 8 : 4)));
  }
  return Buffer.concat(parts);
}
