/** What the header of a qcow2 file says (QEMU, docs/interop/qcow2.txt). */
export interface Qcow2Header {
  readonly version: number;
  readonly virtualSizeBytes: number;
  readonly compression: 'zlib' | 'zstd';
  /** Other files that the image cannot be read without: an artifact must name none. */
  readonly needs: readonly ('backing file' | 'external data file')[];
}

const magic = 0x514649fb;
const externalDataFileBit = 1n << 2n;
const compressionTypeBit = 1n << 3n;

/** Reads the header from the first 112 bytes or more of a file; undefined where this is no qcow2 file. */
export function parseQcow2Header(bytes: Buffer): Qcow2Header | undefined {
  if (bytes.length < 72 || bytes.readUInt32BE(0) !== magic) return undefined;
  const version = bytes.readUInt32BE(4);
  const extended = version >= 3 && bytes.length >= 105;
  const incompatible = extended ? bytes.readBigUInt64BE(72) : 0n;
  const needs: Qcow2Header['needs'][number][] = [];
  if (bytes.readBigUInt64BE(8) !== 0n) needs.push('backing file');
  if ((incompatible & externalDataFileBit) !== 0n) needs.push('external data file');
  return {
    version,
    virtualSizeBytes: Number(bytes.readBigUInt64BE(24)),
    compression: (incompatible & compressionTypeBit) !== 0n && bytes[104] === 1 ? 'zstd' : 'zlib',
    needs,
  };
}
