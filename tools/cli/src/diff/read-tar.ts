import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

/** One member of an archive. */
export interface TarEntry {
  readonly path: string;
  /** As in the header: '0' file, '1' hard link, '2' symbolic link, '3' character device, '4' block device, '5' folder, '6' FIFO. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly target: string;
  /** SHA-256 of a file's bytes. */
  readonly digest: string;
}

const blockBytes = 512;

/**
 * Reads an archive in POSIX pax or ustar form (POSIX.1-2017, pax, "ustar Interchange Format"), compressed by gzip or not,
 * once from beginning to end, without keeping its contents.
 *
 * @param keep path of one file whose bytes are wanted.
 * @throws RangeError where the file is no such archive.
 */
export async function readTar(
  file: string,
  keep?: string,
): Promise<{ readonly entries: readonly TarEntry[]; readonly kept: Buffer | undefined }> {
  const bytes = byteReader(file);
  const entries: TarEntry[] = [];
  let kept: Buffer | undefined;
  let extended: ReadonlyMap<string, string> = new Map();
  for (;;) {
    const header = await bytes.take(blockBytes);
    if (header.every((byte) => byte === 0)) return { entries, kept };
    if (header.toString('latin1', 257, 262) !== 'ustar') throw new RangeError('it is not a tar archive');
    const entry = parseHeader(header, extended);
    const padding = (blockBytes - (entry.sizeBytes % blockBytes)) % blockBytes;
    if (entry.type === 'x' || entry.type === 'g') {
      const records = parseRecords(await bytes.take(entry.sizeBytes));
      if (entry.type === 'x') extended = records;
      await bytes.take(padding);
      continue;
    }
    const hash = createHash('sha256');
    const parts: Buffer[] = [];
    await bytes.each(entry.sizeBytes, (chunk) => {
      hash.update(chunk);
      if (entry.path === keep) parts.push(Buffer.from(chunk));
    });
    await bytes.take(padding);
    if (entry.path === keep) kept = Buffer.concat(parts);
    entries.push({ ...entry, digest: hash.digest('hex') });
    extended = new Map();
  }
}

function parseHeader(header: Buffer, extended: ReadonlyMap<string, string>): Omit<TarEntry, 'digest'> {
  const text = (start: number, length: number): string =>
    header.toString('utf8', start, start + length).split('\0')[0] ?? '';
  const octal = (start: number, length: number): number =>
    Number.parseInt(text(start, length).trim() || '0', 8);
  const prefix = text(345, 155);
  const name = extended.get('path') ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
  return {
    path: `/${name
      .replace(/^\.?\/+/, '')
      .replace(/^\.$/, '')
      .replace(/\/$/, '')}`,
    type: text(156, 1) || '0',
    mode: octal(100, 8),
    uid: Number(extended.get('uid') ?? octal(108, 8)),
    gid: Number(extended.get('gid') ?? octal(116, 8)),
    sizeBytes: Number(extended.get('size') ?? octal(124, 12)),
    target: extended.get('linkpath') ?? text(157, 100),
  };
}

/** Records of an extended header: `<length> <name>=<value>\n`, the length in bytes and counting itself. */
function parseRecords(bytes: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let start = 0; start < bytes.length;) {
    const space = bytes.indexOf(0x20, start);
    const length = Number(bytes.toString('latin1', start, space));
    if (space < 0 || !(length > 0)) break;
    const record = bytes.toString('utf8', space + 1, start + length - 1);
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    start += length;
  }
  return records;
}

/** Takes bytes off a file in order; what is past its end reads as zeros, which is how archives end. */
function byteReader(file: string) {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  const chunks = chunksOf(raw);
  let rest: Buffer = Buffer.alloc(0);
  const each = async (length: number, use: (chunk: Buffer) => void): Promise<void> => {
    for (let left = length; left > 0;) {
      if (rest.length === 0) {
        const next = await chunks.next();
        rest = next.done === true ? Buffer.alloc(Math.min(left, blockBytes)) : next.value;
      }
      const taken = rest.subarray(0, left);
      use(taken);
      rest = rest.subarray(taken.length);
      left -= taken.length;
    }
  };
  const take = async (length: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    await each(length, (chunk) => void parts.push(Buffer.from(chunk)));
    return Buffer.concat(parts);
  };
  return { each, take };
}

/** The file's bytes, decompressed where they begin as gzip's do (RFC 1952, 2.3.1). */
async function* chunksOf(raw: ReturnType<typeof createReadStream>): AsyncGenerator<Buffer, undefined> {
  const iterator = raw[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await iterator.next();
  if (first.done === true) return undefined;
  const all = (async function* () {
    yield first.value;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  })();
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* all;
    return undefined;
  }
  const gunzip = createGunzip();
  void (async () => {
    for await (const chunk of all)
      if (!gunzip.write(chunk)) await new Promise((resume) => gunzip.once('drain', resume));
    gunzip.end();
  })();
  for await (const chunk of gunzip) yield chunk as Buffer;
  return undefined;
}
