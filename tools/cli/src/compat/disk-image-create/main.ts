import { describeFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { createDiskImage } from './create-disk-image.ts';
import type { DiskImageMode } from './disk-image-invocation.ts';
import { parseDiskImageArguments } from './parse-disk-image-arguments.ts';

/**
 * Runs `disk-image-create` or `ramdisk-image-create`.
 *
 * @param name that of the command: it decides what is made.
 * @returns exit code: 0 done, 1 failed or wrong use, 70 a bug, 130 interrupted.
 */
export async function main(argv: readonly string[], name: string): Promise<number> {
  const mode: DiskImageMode = name.startsWith('ramdisk') ? 'ramdisk' : 'disk';
  process.stdout.on('error', onOutputError);
  const parsed = parseDiskImageArguments(argv, process.env, mode);
  if (!parsed.ok) return refuse(name, parsed.failures);
  const interrupt = new AbortController();
  let shell: 'open' | 'closed' = 'closed';
  const stop = (): void => {
    if (shell === 'closed') interrupt.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const { stdout, stderr } = process;
    const onShell = (state: 'open' | 'closed'): void => void (shell = state);
    return await createDiskImage(parsed.value, {
      stdout,
      stderr,
      cwd: process.cwd(),
      signal: interrupt.signal,
      onShell,
    });
  } catch (error) {
    process.stderr.write(`this is a bug in Kiln: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 70;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** In the words of getopt, which is what diskimage-builder takes command lines apart with; then what to do about it. */
function refuse(name: string, failures: readonly Failure[]): number {
  for (const failure of failures) {
    const { message, hint } = describeFailure(failure);
    process.stderr.write(`${name}: ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  }
  process.stderr.write(`Try '${name} --help'.\n`);
  return 1;
}

/** `disk-image-create … | head` is no error. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
