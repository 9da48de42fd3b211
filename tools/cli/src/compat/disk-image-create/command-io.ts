import type { TerminalOutput } from '../../report/terminal-output.ts';

/** What a command is given by whoever calls it, in place of those of the process. */
export interface CommandIo {
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  /** Absolute; relative paths of the invocation start here. */
  readonly cwd: string;
  /** Ends the build. The caller listens to SIGINT and SIGTERM. */
  readonly signal?: AbortSignal | undefined;
  /** Told when a shell has the terminal: as long as it is 'open', an interrupt is for what runs there. */
  readonly onShell?: ((state: 'open' | 'closed') => void) | undefined;
}
