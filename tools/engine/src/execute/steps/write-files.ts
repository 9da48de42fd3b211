import { mkdir, symlink, utimes, lutimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HookFile } from '../../elements/merge-hooks.ts';

/**
 * Writes hook files, as they were read when the build began, below a folder. All times are the epoch, so that what hooks
 * copy from there carries no time of a checkout.
 */
export async function writeFiles(
  folder: string,
  files: readonly HookFile[],
  epochSeconds: number,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const made = new Set<string>([folder]);
  for (const file of files) {
    const path = join(folder, file.path);
    const parent = dirname(path);
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    if (file.kind === 'symlink') {
      await symlink(file.content, path);
      await lutimes(path, epochSeconds, epochSeconds);
    } else {
      await writeFile(path, file.content, { mode: file.mode });
      await utimes(path, epochSeconds, epochSeconds);
    }
  }
}
