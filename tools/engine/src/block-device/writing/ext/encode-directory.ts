import { blockBytes } from './ext-geometry.ts';

/** A name in a folder. */
export interface DirectoryName {
  /** Bytes, a character each. */
  readonly name: string;
  readonly inode: number;
  /** Of stat(2); its upper bits give the type. */
  readonly mode: number;
}

/** Behind the names of each block: an entry of inode 0 with the checksum. */
const tailBytes = 12;

const types: Readonly<Record<number, number>> = {
  0o100000: 1,
  0o040000: 2,
  0o020000: 3,
  0o060000: 4,
  0o010000: 5,
  0o140000: 6,
  0o120000: 7,
};

const entryLength = (nameLength: number): number => 8 + Math.ceil(nameLength / 4) * 4;

/** How many blocks these names take, '.' and '..' among them. */
export function directoryBlocks(
  names: readonly Pick<DirectoryName, 'name'>[],
  hasChecksums: boolean,
): number {
  return splitNames(names, roomOf(hasChecksums)).length;
}

const roomOf = (hasChecksums: boolean): number => blockBytes - (hasChecksums ? tailBytes : 0);

function splitNames<T extends Pick<DirectoryName, 'name'>>(
  names: readonly T[],
  room: number,
): readonly T[][] {
  const blocks: T[][] = [[]];
  let used = 0;
  for (const name of names) {
    const length = entryLength(name.name.length);
    if (used + length > room) {
      blocks.push([]);
      used = 0;
    }
    blocks.at(-1)?.push(name);
    used += length;
  }
  return blocks;
}

/**
 * Encodes a folder as a list of names (Linux knows it as "linear").
 *
 * @param blocks at least as many as `directoryBlocks` says; what is more stays empty.
 * @param checksum of what a block holds before its tail; undefined where the filesystem has none.
 */
export function encodeDirectory(
  names: readonly DirectoryName[],
  blocks: number,
  checksum: ((bytes: Uint8Array) => number) | undefined,
): Buffer {
  const room = roomOf(checksum !== undefined);
  const split = splitNames(names, room);
  const bytes = Buffer.alloc(blocks * blockBytes);
  for (let block = 0; block < blocks; block += 1) {
    const area = bytes.subarray(block * blockBytes, (block + 1) * blockBytes);
    writeNames(area.subarray(0, room), split[block] ?? []);
    if (checksum === undefined) continue;
    area.writeUInt16LE(tailBytes, room + 4);
    area.writeUInt8(0xde, room + 7);
    area.writeUInt32LE(checksum(area.subarray(0, room)), room + 8);
  }
  return bytes;
}

function writeNames(area: Buffer, names: readonly DirectoryName[]): void {
  let at = 0;
  let lastAt = 0;
  for (const { name, inode, mode } of names) {
    const length = entryLength(name.length);
    area.writeUInt32LE(inode, at);
    area.writeUInt16LE(length, at + 4);
    area.writeUInt8(name.length, at + 6);
    area.writeUInt8(types[mode & 0o170000] ?? 0, at + 7);
    area.write(name, at + 8, 'latin1');
    lastAt = at;
    at += length;
  }
  area.writeUInt16LE(area.length - lastAt, lastAt + 4);
}
