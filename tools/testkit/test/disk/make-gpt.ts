import { crc32 } from 'node:zlib';

export interface GptPartition {
  readonly type: string;
  readonly uuid: string;
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly name: string;
}

const sector = 512;
const entriesBytes = 128 * 128;

/** A disk with a protective record and both GPTs, as partitioning tools write them. */
export function makeGptDisk(blocks: number, diskId: string, partitions: readonly GptPartition[]): Buffer {
  const disk = Buffer.alloc(blocks * sector);
  disk.writeUInt8(0xee, 446 + 4);
  disk.writeUInt32LE(1, 446 + 8);
  disk.writeUInt32LE(blocks - 1, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
  const entries = Buffer.alloc(entriesBytes);
  for (const [index, partition] of partitions.entries()) {
    const at = index * 128;
    writeGuid(entries, at, partition.type);
    writeGuid(entries, at + 16, partition.uuid);
    entries.writeBigUInt64LE(BigInt(partition.firstBlock), at + 32);
    entries.writeBigUInt64LE(BigInt(partition.lastBlock), at + 40);
    entries.write(partition.name, at + 56, 'utf16le');
  }
  const last = blocks - 1;
  entries.copy(disk, 2 * sector);
  entries.copy(disk, (last - 32) * sector);
  writeHeader(disk, { own: 1, other: last, entriesBlock: 2, entries, blocks, diskId });
  writeHeader(disk, { own: last, other: 1, entriesBlock: last - 32, entries, blocks, diskId });
  return disk;
}

interface Header {
  readonly own: number;
  readonly other: number;
  readonly entriesBlock: number;
  readonly entries: Buffer;
  readonly blocks: number;
  readonly diskId: string;
}

function writeHeader(disk: Buffer, header: Header): void {
  const at = disk.subarray(header.own * sector, (header.own + 1) * sector);
  at.write('EFI PART', 0, 'latin1');
  at.writeUInt32LE(0x10000, 8);
  at.writeUInt32LE(92, 12);
  at.writeBigUInt64LE(BigInt(header.own), 24);
  at.writeBigUInt64LE(BigInt(header.other), 32);
  at.writeBigUInt64LE(34n, 40);
  at.writeBigUInt64LE(BigInt(header.blocks - 34), 48);
  writeGuid(at, 56, header.diskId);
  at.writeBigUInt64LE(BigInt(header.entriesBlock), 72);
  at.writeUInt32LE(128, 80);
  at.writeUInt32LE(128, 84);
  at.writeUInt32LE(crc32(header.entries), 88);
  at.writeUInt32LE(crc32(at.subarray(0, 92)), 16);
}

function writeGuid(buffer: Buffer, at: number, guid: string): void {
  const [a = '', b = '', c = '', d = '', e = ''] = guid.split('-');
  for (const [offset, group] of [
    [0, a],
    [4, b],
    [6, c],
  ] as const)
    Buffer.from(group, 'hex')
      .reverse()
      .copy(buffer, at + offset);
  Buffer.from(d + e, 'hex').copy(buffer, at + 8);
}
