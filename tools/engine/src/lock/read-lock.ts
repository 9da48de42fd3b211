import { readFile } from 'node:fs/promises';
import { fail } from '../diagnostics/failure.ts';
import { imageLockSchema, type ImageLock } from './image-lock.ts';

/** Reads a lock; undefined where there is none yet. Fails with 'lock-unreadable' for a file that is no lock. */
export async function readLock(file: string): Promise<ImageLock | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return fail({ code: 'lock-unreadable', file, reason: (error as Error).message });
  }
  return parseLock(text, file);
}

/** Text to lock. `file` is what a failure names. */
export function parseLock(text: string, file: string): ImageLock {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    fail({ code: 'lock-unreadable', file, reason: (error as Error).message });
  }
  const parsed = imageLockSchema.safeParse(data);
  if (parsed.success) return parsed.data as ImageLock;
  const [issue] = parsed.error.issues;
  return fail({
    code: 'lock-unreadable',
    file,
    reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  });
}
