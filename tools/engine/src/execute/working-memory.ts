import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { BuildFailure } from '../diagnostics/failure.ts';
import { fullDiskText } from '../diagnostics/full-disk.ts';
import { upperOf } from '../layers/pack-layer.ts';
import type { Sandbox } from '../sandbox/open-sandbox.ts';
import { parseSize } from '../util/parse-size.ts';

/** When upper folders lie in memory: never, or where the machine has twice `leastBytes` of it; and how much of it a step may take. */
export type WorkingMemory = { readonly leastBytes: number; readonly mostBytes: number } | 'never';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What DIB_NO_TMPFS and DIB_MIN_TMPFS (GiB, by default 2) say. As diskimage-builder has it, anything but '0' in the first
 * means never; a number that is none counts as the default. KILN_TMPFS_LIMIT (`4GiB`) is the most that one step may take.
 */
export function workingMemoryOf(environment: Environment): WorkingMemory {
  const refused = environment['DIB_NO_TMPFS'] ?? '0';
  if (refused !== '0' && refused !== '') return 'never';
  const gibibytes = Number(environment['DIB_MIN_TMPFS'] || '2');
  const leastBytes = (Number.isFinite(gibibytes) ? gibibytes : 2) * 2 ** 30;
  return { leastBytes, mostBytes: parseSize(environment['KILN_TMPFS_LIMIT'] ?? '') ?? Infinity };
}

/**
 * How large a tmpfs for one step may grow: half of what is available now, since other steps may run beside it. Undefined where the step
 * works on disk.
 */
export async function grantMemory(wanted: WorkingMemory): Promise<number | undefined> {
  if (wanted === 'never' || !keepsAttributes(release())) return undefined;
  return chooseMemory(wanted, await readFile('/proc/meminfo', 'utf8').catch(() => ''));
}

/** Pure part of `grantMemory`. @param memoryInformation text of /proc/meminfo. */
export function chooseMemory(
  { leastBytes, mostBytes }: Exclude<WorkingMemory, 'never'>,
  memoryInformation: string,
): number | undefined {
  const bytesOf = (field: string): number => {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(memoryInformation);
    return found === null ? 0 : Number(found[1]) * 1024;
  };
  const half = Math.floor(bytesOf('MemAvailable') / 2);
  return bytesOf('MemTotal') >= 2 * leastBytes && half >= leastBytes ? Math.min(half, mostBytes) : undefined;
}

/** Since Linux 6.6 a tmpfs keeps `user.` attributes of files. */
export function keepsAttributes(kernelRelease: string): boolean {
  const [major = 0, minor = 0] = kernelRelease.split('.').map((part) => Number.parseInt(part, 10));
  return major > 6 || (major === 6 && minor >= 6);
}

/** A step failed, perhaps for want of room in its tmpfs: it is worth trying on disk. */
export class OutgrownMemory extends Error {
  override name = 'OutgrownMemory';
}

/** The error of a step that worked in memory, or `OutgrownMemory` where the tmpfs is full or somebody said so. */
export async function orOutgrown(sandbox: Sandbox, error: unknown): Promise<unknown> {
  if (!(error instanceof BuildFailure)) return error;
  const asked = await sandbox.run(['stat', '--file-system', '--format=%a %S', upperOf('mnt')], {
    allowFailure: true,
  });
  const [blocks = Number.NaN, blockBytes = 0] = asked.stdout.split(' ').map(Number);
  const isFull = blocks * blockBytes < littleBytes || fullDiskText.test(JSON.stringify(error.failures));
  return isFull ? new OutgrownMemory('a step needs more room than its tmpfs has', { cause: error }) : error;
}

const littleBytes = 16 << 20;
