import type { CommandProcess } from '../command/run-command-line.ts';
import { createDiskImage } from '../disk-image-create/create-disk-image.ts';
import type { DiskImageInvocation } from '../disk-image-create/disk-image-invocation.ts';
import { commandLine, type EntryCommand } from './entry-command.ts';

/** An entry that was understood as far as the command that it stands for. */
export interface PreparedEntry {
  readonly entry: EntryCommand;
  readonly invocation: DiskImageInvocation;
}

/** Builds one image; `createDiskImage` but in tests. */
export type BuildOne = typeof createDiskImage;

const interrupted = 130;

/**
 * Builds entries one after the other in this process, so that they share what is in memory and in the store. Each
 * one's command line goes to standard error first.
 *
 * @param onFailure whether to go on with the next entry when one fails.
 * @returns 0 where all were built, 130 when interrupted, else 1; the last line tells which failed.
 */
export async function buildEntries(
  entries: readonly PreparedEntry[],
  io: CommandProcess & { readonly onFailure: 'go on' | 'stop' },
  buildOne: BuildOne = createDiskImage,
): Promise<number> {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const failed: string[] = [];
  try {
    for (const { entry, invocation } of entries) {
      io.stderr.write(`${commandLine(entry)}\n`);
      const { stdout, stderr, cwd } = io;
      const exitCode = await buildOne(invocation, { stdout, stderr, cwd, signal: interrupt.signal });
      if (interrupt.signal.aborted || exitCode === interrupted) return interrupted;
      if (exitCode === 0) continue;
      failed.push(`${invocation.outputName} (exit code ${exitCode})`);
      if (io.onFailure === 'stop') break;
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  if (failed.length === 0) return 0;
  io.stderr.write(`diskimage-builder: ${failed.length} of ${entries.length} failed: ${failed.join(', ')}\n`);
  return 1;
}
