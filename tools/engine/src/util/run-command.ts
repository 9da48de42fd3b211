/** One process to run. `env` is the whole environment of the process: nothing is inherited. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Uint8Array | undefined;
  /** Called for each line of stdout and stderr, in order of arrival. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Ends the process: SIGTERM first, SIGKILL after five seconds. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** How a process ended. A process that could not start has `status` 'could not start: …'. */
export interface CommandResult {
  readonly ok: boolean;
  readonly exitCode: number | undefined;
  /** In words: 'exit status 2', 'killed by SIGKILL', 'could not start: …', 'cancelled', 'timed out'. */
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** Where standard tools are looked for when a command brings no environment of its own. */
export const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment of commands that bring none. */
export const plainEnvironment = { PATH: hostPath, LC_ALL: 'C.UTF-8' };

/** How long output is read after the process ended: a daemon that it left behind may hold the pipe for ever. */
const graceMs = 1000;

/**
 * Runs a process to its end. The only place in Kiln that spawns one.
 *
 * Never throws for what the process does; the caller decides what a bad status means.
 */
export async function runCommand(command: Command): Promise<CommandResult> {
  const started = performance.now();
  // Loaded here: a build that finds all done runs nothing.
  const { execa } = await import('execa');
  const child = execa(command.file, [...command.args], {
    cwd: command.cwd ?? '/',
    env: { ...(command.env ?? plainEnvironment) },
    extendEnv: false,
    reject: false,
    stdin: command.input === undefined ? 'ignore' : 'pipe',
    ...(command.input === undefined ? {} : { input: command.input }),
    ...(command.signal === undefined ? {} : { cancelSignal: command.signal }),
    ...(command.timeoutMs === undefined ? {} : { timeout: command.timeoutMs }),
    maxBuffer: 256 * 1024 * 1024,
    all: command.onLine !== undefined,
    buffer: command.onLine === undefined,
  });
  child.nodeChildProcess.once('exit', () => {
    const stop = setTimeout(() => [child.stdout, child.stderr].forEach((it) => it?.destroy()), graceMs);
    void child.then(() => clearTimeout(stop));
  });
  if (command.onLine !== undefined) {
    for await (const line of child.iterable({ from: 'all' })) command.onLine(line);
  }
  const result = await child;
  return {
    ok: !result.failed,
    exitCode: result.exitCode,
    status: statusInWords(result),
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    durationMs: performance.now() - started,
  };
}

interface Ending {
  readonly isCanceled: boolean;
  readonly timedOut: boolean;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly originalMessage?: string | undefined;
}

function statusInWords(ending: Ending): string {
  if (ending.isCanceled) return 'cancelled';
  if (ending.timedOut) return 'timed out';
  if (ending.signal !== undefined) return `killed by ${ending.signal}`;
  if (ending.exitCode !== undefined) return `exit status ${ending.exitCode}`;
  return `could not start: ${ending.originalMessage ?? 'unknown reason'}`;
}
