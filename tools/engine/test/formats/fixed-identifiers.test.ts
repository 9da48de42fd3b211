import { expect, test } from 'vitest';
import { fixVdi, fixVmdk, fixVpc, vdiIdentifiers } from '../../src/formats/fixed-identifiers.ts';

function footer(fill: number): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write('conectix', 'latin1');
  bytes.fill(fill, 24, 28);
  bytes.fill(fill, 64, 84);
  return bytes;
}

test('vpc: time, identifier and checksum no longer depend on the moment', () => {
  const fixed = fixVpc(footer(0x5a), 'seed', 'a.vhd');
  expect(fixVpc(footer(0xa5), 'seed', 'a.vhd')).toEqual(fixed);
  expect(fixVpc(footer(0x5a), 'other', 'a.vhd')).not.toEqual(fixed);
  const sum = fixed.readUInt32BE(64);
  const rest = fixed.reduce((total, byte, index) => (index >= 64 && index < 68 ? total : total + byte), 0);
  expect(~rest >>> 0).toBe(sum);
});

test('vdi: two identifiers, both from the seed', () => {
  const fixed = fixVdi(Buffer.alloc(32), 'seed', 'a.vdi');
  expect(fixed.length).toBe(vdiIdentifiers.lengthBytes);
  expect(fixed.subarray(0, 16)).not.toEqual(fixed.subarray(16));
});

test('vmdk: content id and own name', () => {
  const text =
    '# Disk DescriptorFile\nversion=1\nCID=8c18998b\nparentCID=ffffffff\nRW 618496 SPARSE "tmp.part"\n';
  const descriptor = Buffer.alloc(20 * 512);
  descriptor.write(text);
  const fixed = fixVmdk(descriptor, 'seed', 'image.vmdk').toString('latin1').replace(/\0+$/, '');
  expect(fixed).toMatch(/\nCID=[0-9a-e][0-9a-f]{7}\nparentCID=ffffffff\nRW 618496 SPARSE "image.vmdk"\n$/);
});

test('vmdk: what qemu-img left of a longer descriptor goes', () => {
  const text = '# Disk DescriptorFile\nversion=1\nCID=c18998b\nparentCID=ffffffff\n';
  const leftover = Buffer.alloc(20 * 512);
  leftover.write(`${text}\0\n`);
  const clean = Buffer.alloc(20 * 512);
  clean.write(text);
  expect(fixVmdk(leftover, 'seed', 'image.vmdk')).toEqual(fixVmdk(clean, 'seed', 'image.vmdk'));
});

test('what is not of the format is a bug', () => {
  expect(() => fixVpc(Buffer.alloc(512), '', '')).toThrow('no vpc footer');
  expect(() => fixVmdk(Buffer.alloc(512), '', '')).toThrow('no embedded descriptor');
});
