import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { FileStretch } from '@kiln/testkit/disk/find-container-layer.ts';
import type { FileKind, ListedFile } from '@kiln/engine/util/listed-file.ts';
import { extract, type Header } from 'tar-stream';

/** One member of an archive. A hard link has neither kind nor content of its own: `target` is the path of the other name. */
export interface TarEntry extends Omit<ListedFile, 'kind'> {
  readonly kind: FileKind | 'hard-link';
  /** SHA-256 of a file's bytes. */
  readonly digest: string;
}

/**
 * Reads a tar archive, compressed by gzip or not, once from beginning to end, without keeping its contents.
 *
 * @param within where the archive lies in the file; undefined: it is the file.
 * @param keep path of one file whose bytes are wanted.
 * @throws RangeError where the file is no such archive, or ends too early.
 */
export async function readTar(
  file: string,
  { keep, within }: { readonly keep?: string; readonly within?: FileStretch | undefined } = {},
): Promise<{ readonly entries: readonly TarEntry[]; readonly kept: Buffer | undefined }> {
  const entries: TarEntry[] = [];
  let kept: Buffer | undefined;
  const unpacked = extract();
  unpacked.on('entry', (header, content, next) => {
    const path = absolute(header.name);
    readContent(content, path === keep).then(
      ({ digest, bytes }) => {
        entries.push({ ...entryOf(header, path), digest });
        kept = bytes ?? kept;
        next();
      },
      // The archive is broken, which the pipeline tells.
      () => {},
    );
  });
  const start = within?.offsetBytes ?? 0;
  const end = within === undefined ? Number.POSITIVE_INFINITY : start + within.sizeBytes - 1;
  const source = createReadStream(file, { highWaterMark: 1 << 20, start, end });
  try {
    await ((await isCompressed(file, start))
      ? pipeline(source, createGunzip(), unpacked)
      : pipeline(source, unpacked));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new RangeError(
      message.startsWith('Invalid tar header') ? 'it is not a tar archive' : `it is damaged: ${message}`,
      { cause: error },
    );
  }
  return { entries, kept };
}

async function readContent(
  content: Readable,
  isKept: boolean,
): Promise<{ readonly digest: string; readonly bytes: Buffer | undefined }> {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  for await (const chunk of content) {
    hash.update(chunk as Buffer);
    if (isKept) chunks.push(chunk as Buffer);
  }
  return { digest: hash.digest('hex'), bytes: isKept ? Buffer.concat(chunks) : undefined };
}

const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  link: 'hard-link',
  symlink: 'symlink',
  'character-device': 'character-device',
  'block-device': 'block-device',
  directory: 'directory',
  fifo: 'fifo',
};

function entryOf(header: Header, path: string): Omit<TarEntry, 'digest'> {
  const kind = kinds[header.type ?? ''] ?? 'file';
  const target = header.linkname ?? '';
  return {
    path,
    kind,
    mode: header.mode,
    // An owner too large for the header stands in the extended one, which tar-stream hands on as it is.
    uid: Number(header.pax?.['uid'] ?? header.uid),
    gid: Number(header.pax?.['gid'] ?? header.gid),
    sizeBytes: kind === 'file' ? header.size : 0,
    target: kind === 'hard-link' ? absolute(target) : target,
  };
}

/** `./etc/`, `etc` and `/etc` are one path. */
function absolute(name: string): string {
  return `/${name
    .replace(/^\.?\/+/, '')
    .replace(/^\.$/, '')
    .replace(/\/$/, '')}`;
}

/** By the first two bytes of gzip (RFC 1952, 2.3.1). */
async function isCompressed(file: string, start: number): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, start);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
