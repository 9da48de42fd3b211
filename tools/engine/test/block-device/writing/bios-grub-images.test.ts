import { expect, test } from 'vitest';
import {
  coreImageSectors,
  patchBootSector,
  patchCoreImage,
} from '../../../src/block-device/writing/bios-grub-images.ts';

const sector = Buffer.alloc(512, 0x11);
const bootImage = Buffer.alloc(512, 0xbb);

test('boot code goes in, partition table, disk signature and parameter block stay', () => {
  const patched = patchBootSector(sector, bootImage, 2048);
  expect(patched.subarray(0x1b8, 0x1fe)).toEqual(sector.subarray(0x1b8, 0x1fe));
  expect(patched.subarray(3, 0x5a)).toEqual(sector.subarray(3, 0x5a));
  expect(patched.subarray(0, 3)).toEqual(bootImage.subarray(0, 3));
  expect(patched.subarray(0x68, 0x1b8)).toEqual(bootImage.subarray(0x68, 0x1b8));
  expect(patched.readBigUInt64LE(0x5c)).toBe(2048n);
  expect(patched.toString('hex', 0x66, 0x68)).toBe('9090');
  expect(patched.toString('hex', 510)).toBe('55aa');
});

test('core.img says where the rest of it lies', () => {
  const core = Buffer.alloc(3 * 512 + 7, 0xcc);
  const patched = patchCoreImage(core, 34);
  expect(coreImageSectors(core)).toBe(4);
  expect(patched.length).toBe(4 * 512);
  expect(patched.readBigUInt64LE(0x1f4)).toBe(35n);
  expect(patched.readUInt16LE(0x1fc)).toBe(3);
  expect(patched.readUInt16LE(0x1fe)).toBe(0x820);
  expect(patched.readUInt16LE(0x1f0)).toBe(0);
  expect(patched.subarray(512, core.length)).toEqual(core.subarray(512));
});

test('what is no boot sector or no core.img is a bug', () => {
  expect(() => patchBootSector(Buffer.alloc(10), bootImage, 1)).toThrow('boot sector of 10 bytes');
  expect(() => patchCoreImage(Buffer.alloc(100), 1)).toThrow('core.img of 100 bytes');
});
