import { fail } from '../diagnostics/failure.ts';
import { freeBytesAt, fullDiskText } from '../diagnostics/full-disk.ts';
import { runCommand, type CommandResult } from '../util/run-command.ts';
import type { Runner, RunOptions } from '../util/runner.ts';

/** What a runner knows beside its commands. */
export interface RunnerSurroundings {
  readonly signal?: AbortSignal | undefined;
  /** What becomes of a command when `signal` says so: it is killed, or somebody else ends it and it is waited for. */
  readonly ending?: 'killed' | 'waited for';
  /** Folder of the host on whose disk the commands write, for telling when it is full. */
  readonly writesTo?: string;
}

/** Builds a runner that puts `prefix` before every command: nothing, `sudo -n`, or the way into a sandbox. */
export function createRunner(prefix: readonly string[], surroundings: RunnerSurroundings = {}): Runner {
  const { signal, ending = 'killed' } = surroundings;
  return async (command, options = {}) => {
    const [file, ...args] = [...prefix, ...wrap(command, options)] as [string, ...string[]];
    const result = await runCommand({
      file,
      args,
      input: options.env === undefined ? options.input : encodeEnvironment(options.env),
      onLine: options.onLine,
      signal: ending === 'killed' ? signal : undefined,
    });
    if (result.status === 'cancelled' || ending === 'waited for') signal?.throwIfAborted();
    if (!result.ok && options.allowFailure !== true)
      await failCommand(command, result, surroundings.writesTo);
    return result;
  };
}

/** Reads NUL-separated variables from standard input, so that no value appears among the arguments of a process for long. */
const environmentLauncher =
  'mapfile -d "" -t variables; cd "$1" || exit; shift; exec env -i "${variables[@]}" "$@" </dev/null';

/** One pipe for both outputs, where lines are followed: of two, nobody knows which line came first. */
const followedLauncher = `${environmentLauncher} 2>&1`;

function wrap(command: readonly [string, ...string[]], options: RunOptions): readonly string[] {
  if (options.env !== undefined) {
    const launcher = options.onLine === undefined ? environmentLauncher : followedLauncher;
    return ['bash', '--norc', '-c', launcher, 'kiln', options.cwd ?? '/', ...command];
  }
  return options.cwd === undefined ? command : ['env', '-C', options.cwd, ...command];
}

function encodeEnvironment(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');
}

async function failCommand(
  command: readonly string[],
  result: CommandResult,
  writesTo: string | undefined,
): Promise<never> {
  const output = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-20).join('\n');
  if (fullDiskText.test(output) && writesTo !== undefined) {
    const doing = `running ${command[0] ?? ''}`;
    fail({ code: 'disk-full', path: writesTo, freeBytes: await freeBytesAt(writesTo), doing });
  }
  return fail({
    code: 'command-failed',
    command: command.map(quote).join(' '),
    status: result.status,
    output,
  });
}

/** A word as a shell would need it, so that a printed command can be pasted. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
