import { spawn } from 'node:child_process';

/** How a command ended. */
export interface ScriptRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with an empty standard input, and of the environment what it is given, PATH and HOME. */
export async function runScript(
  file: string,
  args: readonly string[],
  where: { readonly cwd: string; readonly environment: Readonly<Record<string, string>> },
): Promise<ScriptRun> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(file, args, { cwd: where.cwd, env: { PATH, HOME, ...where.environment } });
  child.stdin.end();
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
