import type { FoundPartition } from './partition-table.ts';

const entryOffset = 446;
const entryBytes = 16;

/** A sector with the signature 55 AA: the four entries of a master boot record, or the two of an extended one. */
export interface BootRecord {
  /** Eight hexadecimal digits. */
  readonly diskId: string;
  /** True where the first 440 bytes hold anything, so that a BIOS finds code to run. */
  readonly hasBootCode: boolean;
  /** The entries in use, `number` from 1 to 4; sizes under the assumption of 512-byte sectors. */
  readonly entries: readonly FoundPartition[];
}

const sectorBytes = 512;

/**
 * Parses a boot record.
 *
 * @returns undefined where the sector has no signature, or where its entries can be no partition table: the boot
 * sector of a vfat filesystem carries the same signature, with code where the entries would be.
 */
export function parseBootRecord(sector: Buffer): BootRecord | undefined {
  if (sector.length < sectorBytes || sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const entries: FoundPartition[] = [];
  for (let index = 0; index < 4; index += 1) {
    const at = entryOffset + index * entryBytes;
    const status = sector.readUInt8(at);
    if (status !== 0 && status !== 0x80) return undefined;
    const type = sector.readUInt8(at + 4);
    if (type === 0) continue;
    entries.push({
      number: index + 1,
      startBytes: sector.readUInt32LE(at + 8) * sectorBytes,
      sizeBytes: sector.readUInt32LE(at + 12) * sectorBytes,
      type: type.toString(16).padStart(2, '0'),
      bootable: status === 0x80,
    });
  }
  return {
    diskId: sector.readUInt32LE(440).toString(16).padStart(8, '0'),
    hasBootCode: sector.subarray(0, 440).some((byte) => byte !== 0),
    entries,
  };
}

/** Types whose partition holds a chain of further boot records. */
export const extendedTypes: ReadonlySet<string> = new Set(['05', '0f', '85']);
