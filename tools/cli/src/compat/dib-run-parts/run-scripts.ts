import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { CommandProcess } from '../command/run-command-line.ts';

/** Scripts to be run one after the other, in one environment. Paths as they are to be shown. */
export interface ScriptRun {
  readonly directory: string;
  /** Paths of the files that bash sources first. */
  readonly snippets: readonly string[];
  /** Names in `directory`. */
  readonly scripts: readonly string[];
}

export interface ScriptTiming {
  readonly script: string;
  readonly seconds: number;
}

/**
 * One bash sources the snippets and starts the scripts, since what a snippet changes of the process (its folder, its
 * umask, its limits) is for the scripts, too. Times go to descriptor 3, which the scripts do not have.
 */
const runner = `
set -ue -o pipefail
target_dir=$1
_snippets=("\${@:3:$2}")
_scripts=("\${@:3+$2}")
set --
source_environment() {
  local env_file
  for env_file in "\${_snippets[@]}"; do
    echo "dib-run-parts Sourcing environment file $env_file" >&2
    set -o xtrace
    source "$env_file"
    { set +o xtrace; } 2>/dev/null
  done
}
source_environment
for _script in "\${_scripts[@]}"; do
  echo "dib-run-parts Running $target_dir/$_script" >&2
  _begun=\${EPOCHREALTIME/[.,]/}
  "$target_dir/$_script" 3>&-
  _ended=\${EPOCHREALTIME/[.,]/}
  echo "$((_ended - _begun)) $_script" >&3
  echo "dib-run-parts $_script completed" >&2
done
`;

/**
 * Runs scripts with the standard streams of this process; the first that fails is the last that runs.
 *
 * @returns status of the script or snippet that failed, or 0; and how long each took that did not.
 */
export async function runScripts(
  run: ScriptRun,
  io: CommandProcess,
): Promise<{ readonly exitCode: number; readonly timings: readonly ScriptTiming[] }> {
  const args = [run.directory, String(run.snippets.length), ...run.snippets, ...run.scripts];
  const child = spawn('bash', ['-c', runner, 'dib-run-parts', ...args], {
    cwd: io.cwd,
    env: { ...io.environment },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  // The terminal interrupts both; what the script makes of it decides.
  const forward = (signal: NodeJS.Signals) => void (signal === 'SIGINT' || child.kill(signal));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, forward);
  try {
    const exitCode = new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) =>
        resolve(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0)),
      );
    });
    const times = readAll(child.stdio[3] as Readable);
    return { exitCode: await exitCode, timings: parseTimings(await times) };
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parseTimings(text: string): readonly ScriptTiming[] {
  return [...text.matchAll(/^(\d+) (.+)$/gm)].map(([, micros, script = '']) => ({
    script,
    seconds: Number(micros) / 1e6,
  }));
}
