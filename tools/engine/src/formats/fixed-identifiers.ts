import { derivedHex, derivedUuid } from '../block-device/derived-identifier.ts';
import { InternalError } from '../util/internal-error.ts';

/** Where a format keeps random identifiers and times: a stretch of the file, from its start or (negative) its end. */
export interface IdentifierStretch {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** The same stretch with identifiers that depend on the seed only. */
export type FixIdentifiers = (stretch: Buffer, seed: string, artifactName: string) => Buffer;

/**
 * vdi: UUIDs of the image and of its last snapshot (VirtualBox's VDICore.h, VDIHEADER1PLUS), the first three groups
 * with their bytes reversed.
 */
export const vdiIdentifiers: IdentifierStretch = { offsetBytes: 0x188, lengthBytes: 32 };

export const fixVdi: FixIdentifiers = (_, seed) =>
  Buffer.concat([vdiUuid(seed, 'vdi'), vdiUuid(seed, 'vdi snapshot')]);

function vdiUuid(seed: string, name: string): Buffer {
  const bytes = Buffer.from(derivedUuid(seed, name).replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** vpc: the footer, which stands at the end and, for growing disks, at the start (Virtual Hard Disk Image Format Specification 1.0). */
export const vpcFooters: readonly IdentifierStretch[] = [
  { offsetBytes: 0, lengthBytes: 512 },
  { offsetBytes: -512, lengthBytes: 512 },
];

export const fixVpc: FixIdentifiers = (footer, seed) => {
  if (footer.toString('latin1', 0, 8) !== 'conectix') throw new InternalError('this is no vpc footer');
  const fixed = Buffer.from(footer);
  fixed.writeUInt32BE(0, 24);
  Buffer.from(derivedUuid(seed, 'vpc').replaceAll('-', ''), 'hex').copy(fixed, 68);
  fixed.writeUInt32BE(0, 64);
  const sum = fixed.reduce((total, byte) => total + byte, 0);
  fixed.writeUInt32BE(~sum >>> 0, 64);
  return fixed;
};

/** vmdk: the embedded descriptor, a text padded with NULs (VMware Virtual Disk Format 5.0): content id, and the file's own name. */
export const vmdkDescriptor: IdentifierStretch = { offsetBytes: 512, lengthBytes: 20 * 512 };

export const fixVmdk: FixIdentifiers = (descriptor, seed, artifactName) => {
  // qemu-img writes the id without leading zeros; where its second one is shorter, the end of the first text stays behind a NUL.
  const text = descriptor.toString('utf8').replace(/\0[^]*$/, '');
  if (!text.includes('# Disk DescriptorFile'))
    throw new InternalError('this vmdk has no embedded descriptor');
  // fffffffe and ffffffff are reserved.
  const id = derivedHex(seed, 'vmdk', 8).replace(/^f/, 'e');
  const fixed = text
    .replace(/^CID=[0-9a-f]+$/m, `CID=${id}`)
    .replace(/^(RW \d+ SPARSE) ".*"$/m, (_, extent: string) => `${extent} "${artifactName}"`);
  const bytes = Buffer.alloc(descriptor.length);
  if (Buffer.byteLength(fixed) >= bytes.length) throw new InternalError('the vmdk descriptor is full');
  bytes.write(fixed, 'utf8');
  return bytes;
};
