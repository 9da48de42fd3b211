import { plainEnvironment } from './run-command.ts';

/**
 * Runs a process that has the standard streams of this one: a shell for a person, or for a script that writes to it.
 *
 * @returns its exit status; 128 and the number of the signal that ended it, as shells count.
 */
export async function runInTerminal(file: string, args: readonly string[]): Promise<number> {
  const { execa } = await import('execa');
  const child = execa(file, [...args], {
    cwd: '/',
    env: plainEnvironment,
    extendEnv: false,
    reject: false,
    stdio: 'inherit',
  });
  const result = await child;
  return result.exitCode ?? 128 + (signalNumbers[result.signal ?? ''] ?? 1);
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
