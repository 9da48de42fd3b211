import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { usualKeepDays } from '../../app/store-defaults.ts';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Marks the records of one output as used, and removes those that were not for as long as the store keeps what nobody wants.
 *
 * @param records folder of one output, beside those of the others.
 */
export async function sweepRecords(records: string, now: Date): Promise<void> {
  await mkdir(records, { recursive: true });
  await utimes(records, now, now);
  const all = join(records, '..');
  for (const name of await readdir(all)) {
    const folder = join(all, name);
    const facts = await stat(folder).catch(() => undefined);
    if (facts !== undefined && now.getTime() - facts.mtimeMs > usualKeepDays * dayMs)
      await rm(folder, { recursive: true, force: true });
  }
}
