import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatLock, type ImageLock } from './image-lock.ts';

/** Writes a lock whole or not at all; a file that already says the same is left alone. Callers hold the lock's lock. */
export async function writeLock(file: string, lock: ImageLock): Promise<void> {
  const text = formatLock(lock);
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, text);
  await rename(part, file);
}
