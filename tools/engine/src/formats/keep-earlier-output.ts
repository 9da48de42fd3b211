import { rename, stat } from 'node:fs/promises';
import { dirname, extname, join, basename } from 'node:path';

/** Endings of the checksum files that may stand beside an artifact. */
export const checksumEndings = ['.md5', '.sha256'] as const;

/**
 * Gives what an earlier build left under a name another one, with the local time in it: `<base>-YYYY.mm.dd-HH.MM.SS.<ext>`; its checksum
 * files go with it. This is what diskimage-builder does unless OVERWRITE_OLD_IMAGE is set.
 *
 * @returns the new name; undefined where there was nothing. Throws what the file system throws.
 */
export async function keepEarlierOutput(file: string, now: Date): Promise<string | undefined> {
  if ((await stat(file).catch(() => undefined)) === undefined) return undefined;
  const kept = datedName(file, now);
  await rename(file, kept);
  for (const ending of checksumEndings)
    await rename(`${file}${ending}`, `${kept}${ending}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  return kept;
}

/** The name of a file that is put aside. */
export function datedName(file: string, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}.${two(now.getMonth() + 1)}.${two(now.getDate())}`;
  const time = `${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`;
  const extension = extname(file);
  return join(dirname(file), `${basename(file, extension)}-${date}-${time}${extension}`);
}
