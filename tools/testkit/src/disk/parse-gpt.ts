import { crc32 } from 'node:zlib';
import type { FoundPartition } from './partition-table.ts';

/** A GPT header (UEFI 2.10, section 5.3.2). Positions and sizes count logical blocks. */
export interface GptHeader {
  readonly ownBlock: number;
  readonly otherBlock: number;
  readonly firstUsableBlock: number;
  readonly lastUsableBlock: number;
  /** Lower-case UUID. */
  readonly diskId: string;
  readonly entriesBlock: number;
  readonly entryCount: number;
  readonly entryBytes: number;
  readonly entriesCrc: number;
  readonly crcValid: boolean;
}

/** Parses the block of a GPT header; undefined where the signature is absent or the header's size is absurd. */
export function parseGptHeader(block: Buffer): GptHeader | undefined {
  if (block.length < 92 || block.toString('latin1', 0, 8) !== 'EFI PART') return undefined;
  const headerBytes = block.readUInt32LE(12);
  if (headerBytes < 92 || headerBytes > block.length) return undefined;
  const unsigned = Buffer.from(block.subarray(0, headerBytes));
  unsigned.writeUInt32LE(0, 16);
  return {
    ownBlock: Number(block.readBigUInt64LE(24)),
    otherBlock: Number(block.readBigUInt64LE(32)),
    firstUsableBlock: Number(block.readBigUInt64LE(40)),
    lastUsableBlock: Number(block.readBigUInt64LE(48)),
    diskId: guidAt(block, 56),
    entriesBlock: Number(block.readBigUInt64LE(72)),
    entryCount: block.readUInt32LE(80),
    entryBytes: block.readUInt32LE(84),
    entriesCrc: block.readUInt32LE(88),
    crcValid: crc32(unsigned) === block.readUInt32LE(16),
  };
}

/** Parses the partition entries that a header points to; `entries` holds `entryCount * entryBytes` bytes. */
export function parseGptEntries(
  entries: Buffer,
  header: GptHeader,
  sectorBytes: number,
): readonly FoundPartition[] {
  const partitions: FoundPartition[] = [];
  for (let index = 0; index < header.entryCount; index += 1) {
    const entry = entries.subarray(index * header.entryBytes, (index + 1) * header.entryBytes);
    if (entry.length < 128 || entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const first = Number(entry.readBigUInt64LE(32));
    const last = Number(entry.readBigUInt64LE(40));
    partitions.push({
      number: index + 1,
      startBytes: first * sectorBytes,
      sizeBytes: (last - first + 1) * sectorBytes,
      type: guidAt(entry, 0),
      bootable: (entry.readBigUInt64LE(48) & 4n) !== 0n,
      uuid: guidAt(entry, 16),
      name: entry.toString('utf16le', 56, 128).replace(/\0.*$/u, ''),
    });
  }
  return partitions;
}

/** True where the entries are those that the header was made for. */
export function gptEntriesMatch(entries: Buffer, header: GptHeader): boolean {
  return crc32(entries.subarray(0, header.entryCount * header.entryBytes)) === header.entriesCrc;
}

/** GUIDs are stored with their first three groups little-endian. */
function guidAt(buffer: Buffer, at: number): string {
  const group = (from: number, to: number) => buffer.toString('hex', at + from, at + to);
  const swapped = (from: number, to: number) =>
    Buffer.from(buffer.subarray(at + from, at + to))
      .reverse()
      .toString('hex');
  return [swapped(0, 4), swapped(4, 6), swapped(6, 8), group(8, 10), group(10, 16)].join('-');
}
