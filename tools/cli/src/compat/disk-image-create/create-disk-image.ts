import { InternalError } from '@kiln/engine/util/internal-error.ts';
import type { TerminalOutput } from '../../report/terminal-output.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';

/** What a command is given by whoever calls it, in place of those of the process. */
export interface CommandIo {
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  /** Absolute; relative paths of the invocation start here. */
  readonly cwd: string;
  /** Ends the build. The caller listens to SIGINT and SIGTERM. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds what `disk-image-create` was called for, in this process. Prints as the command does.
 *
 * @returns the command's exit code: 0, 1, or 130 when interrupted.
 */
export async function createDiskImage(invocation: DiskImageInvocation, io: CommandIo): Promise<number> {
  io.stderr.write(`${invocation.outputName}\n`);
  throw new InternalError('not yet');
}
