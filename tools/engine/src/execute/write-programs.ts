import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sudoShim } from '../sandbox/sudo-shim.ts';

/** Writes what host hooks find first on their PATH into a work folder. */
export async function writePrograms(folder: string): Promise<void> {
  const programs = join(folder, 'programs');
  await mkdir(programs, { recursive: true });
  await writeFile(join(programs, 'sudo'), sudoShim, { mode: 0o755 });
}
