/** Formats of disk images that are read: each in one file, which needs no other. */
export type DiskImageFormat = 'qcow2' | 'vmdk' | 'vdi' | 'vhdx' | 'vpc' | 'raw';

/** What the first bytes of a disk image say. */
export interface IdentifiedFormat {
  readonly format: DiskImageFormat;
  /** Another file that the image cannot do without, in words. Following it could read any file of the host. */
  readonly needs?: string | undefined;
}

/** How many bytes are looked at. */
export const identifyingBytes = 65536;

/**
 * Tells the format of an image other than qcow2 by its signature (VMware Virtual Disk Format 5.0; VirtualBox's VDICore.h; MS-VHDX 2.2.1;
 * Virtual Hard Disk Image Format Specification 1.0). What has none is raw; a fixed vpc is a raw disk with something after it.
 */
export function identifyDiskFormat(head: Buffer): IdentifiedFormat {
  const text = (start: number, end: number): string => head.toString('latin1', start, end);
  if (text(0, 4) === 'KDMV') return { format: 'vmdk', needs: parentOfVmdk(head) };
  if (text(0, 21) === '# Disk DescriptorFile') return { format: 'vmdk', needs: 'extent files' };
  if (head.length >= 0x44 && head.readUInt32LE(0x40) === 0xbeda107f) return { format: 'vdi' };
  if (text(0, 8) === 'vhdxfile') return { format: 'vhdx' };
  if (text(0, 8) === 'conectix')
    return { format: 'vpc', needs: head.readUInt32BE(60) === differencing ? 'parent' : undefined };
  return { format: 'raw' };
}

const differencing = 4;

/** Where the embedded descriptor is, stands in sectors at 28; its size at 36. */
function parentOfVmdk(head: Buffer): string | undefined {
  if (head.length < 44) return undefined;
  const start = Number(head.readBigUInt64LE(28)) * 512;
  const descriptor = head.toString('latin1', start, start + Number(head.readBigUInt64LE(36)) * 512);
  return /^parentFileNameHint/m.test(descriptor) ? 'parent' : undefined;
}
