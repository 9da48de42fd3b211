import { InternalError } from '../../util/internal-error.ts';

const sectorBytes = 512;

/** Places inside GRUB's images (source: grub-core/boot/i386/pc/boot.S and diskboot.S, include/grub/i386/pc/boot.h). */
const biosParameterBlock = { start: 0x3, end: 0x5a };
const kernelSectorAt = 0x5c;
const driveCheckAt = 0x66;
const diskSignatureAt = 0x1b8;
const blockListAt = 0x1f4;
const loadSegment = 0x820;

/**
 * The disk's first sector with GRUB's boot code in it; partition entries, disk signature and a BIOS parameter block stay.
 *
 * The jump at 0x66, which trusts the drive number that the BIOS passes only if it looks right, becomes two NOPs: the drive is a hard
 * disk, and some firmware passes a wrong number.
 *
 * @param coreSector where core.img begins, in sectors of 512 bytes.
 */
export function patchBootSector(sector: Buffer, bootImage: Buffer, coreSector: number): Buffer {
  if (sector.length !== sectorBytes || bootImage.length < sectorBytes) {
    throw new InternalError(`boot sector of ${sector.length} bytes, boot.img of ${bootImage.length} bytes`);
  }
  const patched = Buffer.from(sector);
  bootImage.copy(patched, 0, 0, diskSignatureAt);
  sector.copy(patched, biosParameterBlock.start, biosParameterBlock.start, biosParameterBlock.end);
  patched.writeBigUInt64LE(BigInt(coreSector), kernelSectorAt);
  patched.writeUInt16LE(0x9090, driveCheckAt);
  patched.writeUInt16LE(0xaa55, sectorBytes - 2);
  return patched;
}

/**
 * core.img made whole sectors, with the list in its first sector saying where the rest of it lies: in one piece, right behind.
 *
 * @param coreSector where it will begin, in sectors of 512 bytes.
 */
export function patchCoreImage(coreImage: Buffer, coreSector: number): Buffer {
  const sectors = coreImageSectors(coreImage);
  if (sectors < 2) throw new InternalError(`core.img of ${coreImage.length} bytes`);
  const patched = Buffer.alloc(sectors * sectorBytes);
  coreImage.copy(patched);
  patched.writeBigUInt64LE(BigInt(coreSector + 1), blockListAt);
  patched.writeUInt16LE(sectors - 1, blockListAt + 8);
  patched.writeUInt16LE(loadSegment, blockListAt + 10);
  // The list grows downwards and ends with a length of zero.
  patched.writeUInt16LE(0, blockListAt - 12 + 8);
  return patched;
}

/** Sectors of 512 bytes that core.img takes. */
export function coreImageSectors(coreImage: Buffer): number {
  return Math.ceil(coreImage.length / sectorBytes);
}
