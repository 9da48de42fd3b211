import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** Hexadecimal digests of one file. */
export interface Checksums {
  readonly sha256: string;
  readonly md5: string;
}

/** Kinds of checksum files, each named like its ending. */
export const checksumKinds = ['md5', 'sha256'] as const;

export type ChecksumKind = (typeof checksumKinds)[number];

/** Reads a file once for one hexadecimal digest of it. Throws what the file system throws. */
export async function digestForChecksum(kind: ChecksumKind, file: string): Promise<string> {
  const hash = createHash(kind);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** One line as coreutils write it and `sha256sum --check` reads it; names with a newline or backslash are escaped. */
export function checksumLine(digest: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === name ? '' : '\\'}${digest}  ${escaped}\n`;
}

/**
 * Writes `<file>.sha256` and `<file>.md5` beside an artifact, reading it once.
 *
 * The lines name the file without its directory, so they hold wherever both files go together. Throws what the file system throws.
 */
export async function writeChecksums(file: string): Promise<Checksums> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    sha256.update(chunk as Buffer);
    md5.update(chunk as Buffer);
  }
  const sums = { sha256: sha256.digest('hex'), md5: md5.digest('hex') };
  await writeWhole(`${file}.sha256`, checksumLine(sums.sha256, basename(file)));
  await writeWhole(`${file}.md5`, checksumLine(sums.md5, basename(file)));
  return sums;
}

async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
}
