// A tar as POSIX.1-1988 has it (ustar), as far as packages of fixtures need it: names of up to 255 bytes, no sparse files.

const block = 512;

/** One entry: its header and content, as they stand in the archive. */
export interface UstarEntry {
  /** Without `./` in front, and without a slash at its end. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly bytes: Buffer;
}

/** Reads the entries of an archive. */
export function readUstar(archive: Buffer): readonly UstarEntry[] {
  const entries: UstarEntry[] = [];
  for (let at = 0; at + block <= archive.length && archive[at] !== 0;) {
    const header = archive.subarray(at, at + block);
    const prefix = text(header, 345, 155);
    const name = prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
    const size = Number.parseInt(text(header, 124, 12), 8) || 0;
    const end = at + block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] ?? 0);
    entries.push({ path: plainPath(name), isFolder: type === '5', bytes: archive.subarray(at, end) });
    at = end;
  }
  return entries;
}

/** Puts entries together as an archive. */
export function writeUstar(entries: readonly UstarEntry[]): Buffer {
  return Buffer.concat([...entries.map(({ bytes }) => bytes), Buffer.alloc(2 * block)]);
}

/** A file of a given text; one that begins with `#!` is executable. */
export function ustarFile(path: string, content: string): UstarEntry {
  const data = Buffer.from(content);
  const mode = content.startsWith('#!') ? 0o755 : 0o644;
  const padding = Buffer.alloc((block - (data.length % block)) % block);
  const header = ustarHeader(path, { mode, sizeBytes: data.length, type: '0' });
  return { path: plainPath(path), isFolder: false, bytes: Buffer.concat([header, data, padding]) };
}

/** A folder, which whoever unpacks the archive may enter. */
export function ustarFolder(path: string): UstarEntry {
  const header = ustarHeader(`${path}/`, { mode: 0o755, sizeBytes: 0, type: '5' });
  return { path: plainPath(path), isFolder: true, bytes: header };
}

function ustarHeader(
  path: string,
  { mode, sizeBytes, type }: { readonly mode: number; readonly sizeBytes: number; readonly type: string },
): Buffer {
  const header = Buffer.alloc(block);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(`./${path.replace(/^\/+/, '')}`, 0, 100);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(sizeBytes, 11), 124);
  header.write(octal(0, 11), 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function text(header: Buffer, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString();
}

function plainPath(path: string): string {
  return path.replace(/^\.?\/*/, '').replace(/\/+$/, '');
}
