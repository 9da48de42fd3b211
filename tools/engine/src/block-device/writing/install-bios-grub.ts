import { fail } from '../../diagnostics/failure.ts';
import type { Runner } from '../../util/runner.ts';
import { patchBootSector, patchCoreImage } from './bios-grub-images.ts';
import type { DiskLayout } from '../disk-layout.ts';
import { readPiece, writePieces } from './disk-pieces.ts';
import { biosBootPartitionType } from '../configuration/partition-type.ts';

const sectorBytes = 512;

/** Where core.img may lie on the disk: the gap before the first mbr partition, or the BIOS boot partition of a gpt disk. */
export interface CoreImageRoom {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** The room for core.img, or in words why the disk has none. Pure. */
export function roomForCoreImage(layout: DiskLayout): CoreImageRoom | string {
  const { table } = layout;
  if (layout.sectorBytes !== sectorBytes) return 'a BIOS starts disks with sectors of 512 bytes only';
  if (table === undefined) return 'the disk has no partition table, and so no room before its filesystem';
  if (table.label === 'gpt') {
    const partition = table.partitions.find((candidate) => candidate.type === biosBootPartitionType);
    if (partition === undefined) return 'the gpt partition table has no BIOS boot partition (type EF02)';
    return { offsetBytes: partition.startBytes, sizeBytes: partition.sizeBytes };
  }
  const first = Math.min(layout.sizeBytes, ...table.partitions.map((partition) => partition.startBytes));
  return { offsetBytes: sectorBytes, sizeBytes: first - sectorBytes };
}

export interface BiosGrub {
  readonly layout: DiskLayout;
  /** As the runner sees it; already written by `writeDisk`. */
  readonly diskFile: string;
  /** The tree's /boot/grub/i386-pc/boot.img. */
  readonly bootImage: Buffer;
  /** The tree's /boot/grub/i386-pc/core.img, as grub-mkimage makes it. */
  readonly coreImage: Buffer;
  readonly run: Runner;
}

/**
 * Makes a disk bootable by a BIOS, as `grub-install` would on the real device (without its Reed-Solomon copies, as by `--no-rs-codes`).
 *
 * Throws a BuildFailure: 'bios-grub-no-room' where core.img has no place or does not fit.
 */
export async function installBiosGrub({
  layout,
  diskFile,
  bootImage,
  coreImage,
  run,
}: BiosGrub): Promise<void> {
  const room = roomForCoreImage(layout);
  if (typeof room === 'string') fail({ code: 'bios-grub-no-room', reason: room });
  const coreSector = room.offsetBytes / sectorBytes;
  const core = patchCoreImage(coreImage, coreSector);
  if (core.length > room.sizeBytes) {
    const reason = `core.img takes ${core.length} bytes, and there is room for ${room.sizeBytes}`;
    fail({ code: 'bios-grub-no-room', reason });
  }
  const sector = await readPiece(run, diskFile, { offsetBytes: 0, lengthBytes: sectorBytes });
  await writePieces(run, diskFile, [
    { offsetBytes: 0, bytes: patchBootSector(sector, bootImage, coreSector) },
    { offsetBytes: room.offsetBytes, bytes: core },
  ]);
}
