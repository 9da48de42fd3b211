import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import { CommanderError } from 'commander';

import { createProgram } from './commands/create-program.ts';

/**
 * Runs the `kiln` command.
 *
 * @returns exit code: 0 done, 1 failed, 2 wrong use or wrong definition, 3 the host cannot, 70 a bug, 130 interrupted.
 */
export async function main(args: readonly string[]): Promise<number> {
  process.stdout.off('error', onOutputError).on('error', onOutputError);
  let exitCode = 0;
  try {
    await createProgram((code) => (exitCode = code)).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof BuildFailure) {
      const { reportProblems } = await import('./app/report-problems.ts');
      return reportProblems(() => Promise.reject(error));
    }
    process.stderr.write(`this is a bug in Kiln: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 70;
  }
}

/** `kiln … | head` is no error. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
