import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { extract, type Header, pack } from 'tar-stream';

/** One entry of an archive in memory. */
export interface TarEntry {
  /** Without `./` in front, and without a slash at its end. */
  readonly path: string;
  readonly header: Pick<Header, 'name' | 'type'> & Partial<Header>;
  readonly content: Buffer;
}

/** Reads the entries of an archive. */
export async function readTar(archive: Buffer): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = [];
  const unpacked = extract();
  unpacked.on('entry', (header, content, next) => {
    buffer(content).then((bytes) => {
      entries.push({ path: plainPath(header.name), header, content: bytes });
      next();
    }, next);
  });
  await pipeline(Readable.from([archive], { objectMode: false }), unpacked);
  return entries;
}

/** Puts entries together as an archive. */
export async function writeTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const packed = pack();
  for (const { header, content } of entries) packed.entry({ ...header }, content);
  packed.finalize();
  return buffer(packed);
}

/** A file of a given text; one that begins with `#!` is executable. */
export function tarFile(path: string, text: string): TarEntry {
  const mode = text.startsWith('#!') ? 0o755 : 0o644;
  return entryOf(path, { type: 'file', mode }, Buffer.from(text));
}

/** A folder, which whoever unpacks the archive may enter. */
export function tarFolder(path: string): TarEntry {
  return entryOf(path, { type: 'directory', mode: 0o755 }, Buffer.alloc(0));
}

function entryOf(path: string, fields: Pick<Header, 'type' | 'mode'>, content: Buffer): TarEntry {
  const plain = plainPath(path);
  const header = { ...fields, name: `./${plain}`, uid: 0, gid: 0, mtime: new Date(0) };
  return { path: plain, header, content };
}

function plainPath(path: string): string {
  return path.replace(/^\.?\/*/, '').replace(/\/+$/, '');
}
