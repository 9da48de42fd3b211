import { crc32 } from 'node:zlib';
import type { DiskLayout, Partition, PartitionTable } from '../disk-layout.ts';

/** Bytes to be written at a place of the disk. */
export interface DiskPiece {
  readonly offsetBytes: number;
  readonly bytes: Buffer;
}

/**
 * The partition table as bytes: the pieces of the disk that it takes, in ascending order.
 *
 * Written here and not by sfdisk, because sfdisk takes every file for a disk of 512-byte sectors. System tests have
 * sfdisk read the result. Sources: UEFI specification 2.10, section 5 (gpt, protective mbr); the mbr and its chain of
 * extended boot records as Linux's block/partitions/msdos.c reads them.
 */
export function encodePartitionTable(layout: DiskLayout): readonly DiskPiece[] {
  const { table } = layout;
  if (table === undefined) return [];
  return table.label === 'gpt' ? encodeGpt(layout, table) : encodeMbr(layout, table);
}

const entryBytes = 128;
const entryCount = 128;

function encodeGpt(layout: DiskLayout, table: PartitionTable): readonly DiskPiece[] {
  const { sectorBytes } = layout;
  const sectors = Math.floor(layout.sizeBytes / sectorBytes);
  const entries = Buffer.alloc(entryBytes * entryCount);
  for (const partition of table.partitions) {
    gptEntry(partition, sectorBytes).copy(entries, (partition.number - 1) * entryBytes);
  }
  const tableSectors = entries.length / sectorBytes;
  const header = (place: GptPlace) =>
    gptHeader({ ...place, sectors, tableSectors, sectorBytes, entries, id: table.id });
  const last = sectors - 1;
  const protective = mbrSector([{ status: 0, type: 0xee, start: 1, count: Math.min(last, 0xffffffff) }]);
  return [
    { offsetBytes: 0, bytes: protective },
    { offsetBytes: sectorBytes, bytes: header({ own: 1, other: last, entriesAt: 2 }) },
    { offsetBytes: 2 * sectorBytes, bytes: entries },
    { offsetBytes: (last - tableSectors) * sectorBytes, bytes: entries },
    {
      offsetBytes: last * sectorBytes,
      bytes: header({ own: last, other: 1, entriesAt: last - tableSectors }),
    },
  ];
}

function gptEntry(partition: Partition, sectorBytes: number): Buffer {
  const entry = Buffer.alloc(entryBytes);
  guidBytes(partition.type).copy(entry, 0);
  guidBytes(partition.uuid ?? '').copy(entry, 16);
  entry.writeBigUInt64LE(BigInt(partition.startBytes / sectorBytes), 32);
  entry.writeBigUInt64LE(BigInt((partition.startBytes + partition.sizeBytes) / sectorBytes - 1), 40);
  entry.write(partition.name.slice(0, 36), 56, 'utf16le');
  return entry;
}

/** In sectors: where a header and the entries that go with it lie. */
interface GptPlace {
  readonly own: number;
  readonly other: number;
  readonly entriesAt: number;
}

interface GptHeader extends GptPlace {
  readonly sectors: number;
  readonly tableSectors: number;
  readonly sectorBytes: number;
  readonly entries: Buffer;
  readonly id: string;
}

function gptHeader(header: GptHeader): Buffer {
  const headerBytes = 92;
  const sector = Buffer.alloc(header.sectorBytes);
  sector.write('EFI PART', 0, 'latin1');
  sector.writeUInt32LE(0x00010000, 8);
  sector.writeUInt32LE(headerBytes, 12);
  sector.writeBigUInt64LE(BigInt(header.own), 24);
  sector.writeBigUInt64LE(BigInt(header.other), 32);
  sector.writeBigUInt64LE(BigInt(2 + header.tableSectors), 40);
  sector.writeBigUInt64LE(BigInt(header.sectors - 2 - header.tableSectors), 48);
  guidBytes(header.id).copy(sector, 56);
  sector.writeBigUInt64LE(BigInt(header.entriesAt), 72);
  sector.writeUInt32LE(entryCount, 80);
  sector.writeUInt32LE(entryBytes, 84);
  sector.writeUInt32LE(crc32(header.entries), 88);
  sector.writeUInt32LE(crc32(sector.subarray(0, headerBytes)), 16);
  return sector;
}

/** The first three groups of a GUID are stored with their bytes reversed. */
function guidBytes(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** Start and count in sectors; the start of a logical partition or of the next boot record is relative. */
interface MbrEntry {
  readonly status: number;
  readonly type: number;
  readonly start: number;
  readonly count: number;
  /** Start on the whole disk, for the cylinder, head and sector fields. */
  readonly absolute?: number;
}

function encodeMbr(layout: DiskLayout, table: PartitionTable): readonly DiskPiece[] {
  const inSectors = (bytes: number) => bytes / layout.sectorBytes;
  const entryOf = (partition: Partition): MbrEntry => ({
    status: partition.bootable ? 0x80 : 0,
    type: Number.parseInt(partition.type, 16),
    start: inSectors(partition.startBytes),
    count: inSectors(partition.sizeBytes),
  });
  const primaries = table.partitions.filter((partition) => partition.kind !== 'logical');
  const first = mbrSector(primaries.map(entryOf));
  first.writeUInt32LE(Number.parseInt(table.id, 16), 0x1b8);
  const extended = table.partitions.find((partition) => partition.kind === 'extended');
  const logicals = table.partitions.filter((partition) => partition.kind === 'logical');
  if (extended === undefined) return [{ offsetBytes: 0, bytes: first }];
  // Each boot record lies right behind the partition before it, the first at the start of the extended partition.
  const records = logicals.map((_, index) => {
    const before = logicals[index - 1];
    return inSectors(before === undefined ? extended.startBytes : before.startBytes + before.sizeBytes);
  });
  const origin = inSectors(extended.startBytes);
  const chain = logicals.map((partition, index): DiskPiece => {
    const record = records[index] ?? origin;
    const own = { ...entryOf(partition), absolute: inSectors(partition.startBytes) };
    const next = logicals[index + 1];
    const link =
      next === undefined ? [] : [linkEntry(next, records[index + 1] ?? origin, { origin, inSectors })];
    const bytes = mbrSector([{ ...own, start: own.start - record }, ...link]);
    return { offsetBytes: record * layout.sectorBytes, bytes };
  });
  return [{ offsetBytes: 0, bytes: first }, ...chain];
}

function linkEntry(
  next: Partition,
  record: number,
  { origin, inSectors }: { readonly origin: number; readonly inSectors: (bytes: number) => number },
): MbrEntry {
  const count = inSectors(next.startBytes + next.sizeBytes) - record;
  return { status: 0, type: 0x05, start: record - origin, count, absolute: record };
}

function mbrSector(entries: readonly MbrEntry[]): Buffer {
  const sector = Buffer.alloc(512);
  entries.forEach((entry, index) => {
    const at = 0x1be + index * 16;
    const absolute = entry.absolute ?? entry.start;
    sector.writeUInt8(entry.status, at);
    cylinderHeadSector(absolute).copy(sector, at + 1);
    sector.writeUInt8(entry.type, at + 4);
    cylinderHeadSector(absolute + entry.count - 1).copy(sector, at + 5);
    sector.writeUInt32LE(entry.start, at + 8);
    sector.writeUInt32LE(entry.count, at + 12);
  });
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** For firmware that still asks: 255 heads, 63 sectors; what lies beyond cylinder 1023 says 1023, 254, 63. */
function cylinderHeadSector(sector: number): Buffer {
  const cylinder = Math.floor(sector / (255 * 63));
  if (cylinder > 1023) return Buffer.from([254, 0xff, 0xff]);
  const head = Math.floor(sector / 63) % 255;
  return Buffer.from([head, ((cylinder >> 2) & 0xc0) | ((sector % 63) + 1), cylinder & 0xff]);
}
