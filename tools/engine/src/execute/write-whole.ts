import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a small file whole or not at all; a file that already has this text is left alone, times included. */
export async function writeWhole(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part-${process.pid}-${(written += 1)}`;
  await writeFile(part, text);
  await rename(part, file);
}

/** Two builds, of one process or of two, may write one file at once. */
let written = 0;
