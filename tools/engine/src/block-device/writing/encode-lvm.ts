import { crc32 } from 'node:zlib';
import { InternalError } from '../../util/internal-error.ts';
import type { PhysicalVolume, VolumeGroup } from '../disk-layout.ts';
import type { DiskPiece } from './encode-partition-table.ts';
import { type MetadataStamp, renderLvmMetadata } from './render-lvm-metadata.ts';

const sectorBytes = 512;
const metadataAreaStart = 4096;
const usedByAGroup = 1;

/**
 * The labels and metadata areas of a group's physical volumes, as `pvcreate` and `vgcreate` would leave them:
 *
 * ```
 * 0      empty
 * 512    label: LABELONE, its sector, CRC of what follows, where the header lies, LVM2 001
 *        header: the volume's id and size, {data area}, 0, {metadata area}, 0, extension version 2, flags, no boot area
 * 4096   metadata area: CRC of its header, magic, version, place and size of the area, {place, size, CRC of the text}, 0
 * 4608   the group's text, ended by a zero byte
 * 1 MiB  first extent
 * ```
 *
 * Written here because LVM's tools want device-mapper and block devices. Numbers are little-endian, places in the label relative to the
 * volume, places in the area relative to the area. Sources: lvm2's lib/format_text/layout.h and lib/label/label.h.
 */
export function encodeVolumeGroup(group: VolumeGroup, stamp: MetadataStamp): readonly DiskPiece[] {
  const text = Buffer.from(`${renderLvmMetadata(group, stamp)}\0`, 'utf8');
  return group.physicalVolumes.flatMap((volume) => [
    { offsetBytes: volume.offsetBytes + sectorBytes, bytes: labelSector(volume) },
    { offsetBytes: volume.offsetBytes + metadataAreaStart, bytes: metadataArea(volume, text) },
  ]);
}

function labelSector(volume: PhysicalVolume): Buffer {
  const sector = Buffer.alloc(sectorBytes);
  sector.write('LABELONE', 0, 'latin1');
  sector.writeBigUInt64LE(1n, 8);
  sector.writeUInt32LE(32, 20);
  sector.write('LVM2 001', 24, 'latin1');
  sector.write(volume.id.replaceAll('-', ''), 32, 'latin1');
  const numbers = [
    volume.sizeBytes,
    // The data area goes on to the end, which counts as 0.
    volume.dataStartBytes,
    0,
    0,
    0,
    metadataAreaStart,
    volume.dataStartBytes - metadataAreaStart,
    0,
    0,
  ];
  numbers.forEach((value, index) => sector.writeBigUInt64LE(BigInt(value), 64 + index * 8));
  const extension = 64 + numbers.length * 8;
  sector.writeUInt32LE(2, extension);
  sector.writeUInt32LE(usedByAGroup, extension + 4);
  sector.writeUInt32LE(lvmChecksum(sector.subarray(20)), 16);
  return sector;
}

function metadataArea(volume: PhysicalVolume, text: Buffer): Buffer {
  const sizeBytes = volume.dataStartBytes - metadataAreaStart;
  const header = Buffer.alloc(sectorBytes);
  // LVM wants room for two versions of the text when it writes the next one.
  if (text.length * 2 > sizeBytes) throw new InternalError(`LVM metadata of ${text.length} bytes`);
  header.write(' LVM2 x[5A%r0N*>', 4, 'latin1');
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(metadataAreaStart), 24);
  header.writeBigUInt64LE(BigInt(sizeBytes), 32);
  header.writeBigUInt64LE(BigInt(sectorBytes), 40);
  header.writeBigUInt64LE(BigInt(text.length), 48);
  header.writeUInt32LE(lvmChecksum(text), 56);
  header.writeUInt32LE(lvmChecksum(header.subarray(4)), 0);
  return Buffer.concat([header, text]);
}

/** CRC-32 as LVM computes it: its own starting value, and not inverted at the end. */
export function lvmChecksum(bytes: Buffer): number {
  const initial = 0xf597a6cf;
  return ~crc32(bytes, ~initial >>> 0) >>> 0;
}
