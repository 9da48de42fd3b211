import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tellingFullDisk } from '../diagnostics/full-disk.ts';

/** Writes a small file whole or not at all; a file that already has this content is left alone, times included. */
export async function writeWhole(file: string, text: string | Buffer): Promise<void> {
  const content = Buffer.from(text);
  if ((await readFile(file).catch(() => undefined))?.equals(content) === true) return;
  const part = `${file}.part-${process.pid}-${(written += 1)}`;
  await tellingFullDisk({ path: dirname(file), doing: `writing ${file}` }, async () => {
    await mkdir(dirname(file), { recursive: true });
    try {
      await writeFile(part, content);
      await rename(part, file);
    } finally {
      await rm(part, { force: true });
    }
  });
}

/** Two builds, of one process or of two, may write one file at once. */
let written = 0;
