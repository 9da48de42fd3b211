import type { ByteSource } from './byte-source.ts';

/** What a superblock says. `uuid` is in the form that fstab uses (vfat: `1234-ABCD`). */
export interface FoundFilesystem {
  readonly type:
    | 'ext2'
    | 'ext3'
    | 'ext4'
    | 'xfs'
    | 'btrfs'
    | 'vfat'
    | 'swap'
    | 'squashfs'
    | 'iso9660'
    | 'luks'
    | 'lvm';
  readonly label: string;
  readonly uuid: string;
}

/** Recognises the filesystem that starts at an offset by its magic numbers; undefined for none that is known. */
export async function probeFilesystem(
  source: ByteSource,
  offsetBytes: number,
): Promise<FoundFilesystem | undefined> {
  const head = await source.read(offsetBytes, 0x11000);
  for (const probe of [probeExt, probeXfs, probeBtrfs, probeSwap, probeOthers, probeVfat]) {
    const found = probe(head);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Probe = (head: Buffer) => FoundFilesystem | undefined;

const probeExt: Probe = (head) => {
  if (head.length < 2048 || head.readUInt16LE(1024 + 56) !== 0xef53) return undefined;
  const hasJournal = (head.readUInt32LE(1024 + 92) & 4) !== 0;
  // Extents, 64 bit, flexible groups, or checksums: any of these makes it ext4.
  const isExt4 =
    (head.readUInt32LE(1024 + 96) & 0x2c0) !== 0 || (head.readUInt32LE(1024 + 100) & 0x478) !== 0;
  return {
    type: isExt4 ? 'ext4' : hasJournal ? 'ext3' : 'ext2',
    label: textAt(head, 1024 + 120, 16),
    uuid: uuidAt(head, 1024 + 104),
  };
};

const probeXfs: Probe = (head) =>
  magicAt(head, 0, 'XFSB')
    ? { type: 'xfs', label: textAt(head, 108, 12), uuid: uuidAt(head, 32) }
    : undefined;

const probeBtrfs: Probe = (head) =>
  magicAt(head, 0x10040, '_BHRfS_M')
    ? { type: 'btrfs', label: textAt(head, 0x1012b, 256), uuid: uuidAt(head, 0x10020) }
    : undefined;

const probeSwap: Probe = (head) =>
  magicAt(head, 4086, 'SWAPSPACE2')
    ? { type: 'swap', label: textAt(head, 1052, 16), uuid: uuidAt(head, 1036) }
    : undefined;

const probeOthers: Probe = (head) => {
  if (magicAt(head, 0, 'hsqs')) return { type: 'squashfs', label: '', uuid: '' };
  if (magicAt(head, 0, 'LUKS\xba\xbe')) return { type: 'luks', label: '', uuid: textAt(head, 168, 40) };
  if (magicAt(head, 512, 'LABELONE')) return { type: 'lvm', label: '', uuid: '' };
  if (magicAt(head, 0x8001, 'CD001')) return { type: 'iso9660', label: textAt(head, 0x8028, 32), uuid: '' };
  return undefined;
};

const probeVfat: Probe = (head) => {
  if (head.length < 512 || head.readUInt16LE(510) !== 0xaa55) return undefined;
  const wide = magicAt(head, 82, 'FAT32');
  if (!wide && !magicAt(head, 54, 'FAT')) return undefined;
  const serial = head
    .readUInt32LE(wide ? 67 : 39)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0');
  const label = textAt(head, wide ? 71 : 43, 11);
  return {
    type: 'vfat',
    label: label === 'NO NAME' ? '' : label,
    uuid: `${serial.slice(0, 4)}-${serial.slice(4)}`,
  };
};

function magicAt(head: Buffer, at: number, magic: string): boolean {
  return head.length >= at + magic.length && head.toString('latin1', at, at + magic.length) === magic;
}

function textAt(head: Buffer, at: number, length: number): string {
  return head
    .toString('utf8', at, at + length)
    .replace(/\0.*$/su, '')
    .trimEnd();
}

function uuidAt(head: Buffer, at: number): string {
  const hex = head.toString('hex', at, at + 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
