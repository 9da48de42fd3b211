import { isatty } from 'node:tty';
import { plainEnvironment } from './run-command.ts';

/**
 * Runs a process that has the standard streams of this one: a shell for a person, or for a script that writes to it.
 *
 * @returns its exit status; 128 and the number of the signal that ended it, as shells count.
 */
export async function runInTerminal(file: string, args: readonly string[]): Promise<number> {
  const { execa } = await import('execa');
  const [program, ...words] = isatty(0) ? [...takingItBack, file, ...args] : [file, ...args];
  const child = execa(program, words, {
    cwd: '/',
    env: plainEnvironment,
    extendEnv: false,
    reject: false,
    stdio: 'inherit',
  });
  const result = await child;
  return result.exitCode ?? 128 + (signalNumbers[result.signal ?? ''] ?? 1);
}

/**
 * An interactive shell makes itself the job that the terminal belongs to, and from PID namespaces of its own it cannot give that back:
 * Ctrl-C would then reach nobody. A shell around it, with job control, takes the terminal back.
 */
const takingItBack = ['sh', '-c', 'set -m; "$@"; status=$?; set +m; exit $status', 'kiln-terminal'] as const;

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
