import { spawn } from 'node:child_process';

/** How a command ended. */
export interface ScriptRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Where {
  readonly cwd: string;
  /** What the command finds beside PATH and HOME. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs a command with an empty standard input. */
export async function runScript(file: string, args: readonly string[], where: Where): Promise<ScriptRun> {
  return startScript(file, args, where).finished;
}

/** The same without waiting for its end. */
export function startScript(
  file: string,
  args: readonly string[],
  { cwd, environment }: Where,
): { readonly finished: Promise<ScriptRun>; readonly interrupt: () => void } {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(file, args, { cwd, env: { PATH, HOME, ...environment } });
  child.stdin.end();
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const finished = new Promise<ScriptRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return { finished, interrupt: () => void child.kill('SIGINT') };
}
