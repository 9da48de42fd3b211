import type { CommandResult } from './run-command.ts';

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
  /** Return the result whatever the exit status; otherwise a bad status throws a BuildFailure 'command-failed'. */
  readonly allowFailure?: boolean;
}

/**
 * Runs one command somewhere: on the host as the user, or as root inside a sandbox's namespaces.
 * Code that takes a runner need not know which; paths below the work folder are equal in both.
 */
export type Runner = (
  command: readonly [string, ...string[]],
  options?: RunOptions,
) => Promise<CommandResult>;
