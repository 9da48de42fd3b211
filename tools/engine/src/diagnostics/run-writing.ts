import type { CommandResult } from '../util/run-command.ts';
import type { Runner, RunOptions } from '../util/runner.ts';
import type { Failure } from './failure.ts';
import { fail } from './failure.ts';
import { fullDiskText } from './full-disk.ts';

export interface WritingOptions extends RunOptions {
  /** The file being written; its disk's free space is told. */
  readonly target: string;
  /** In words, for the reader: 'writing the disk'. */
  readonly doing: string;
  /** Tells a failure that only this command knows from its output; undefined: it knows none. */
  readonly explain?: (result: CommandResult) => Failure | undefined;
}

/**
 * Runs a command that writes a large file. A full disk is told as 'disk-full', what `explain` knows as that, and the
 * rest as 'command-failed', each thrown as a BuildFailure.
 */
export async function runWriting(
  run: Runner,
  command: readonly [string, ...string[]],
  options: WritingOptions,
): Promise<CommandResult> {
  const { target, doing, explain, ...rest } = options;
  const result = await run(command, { ...rest, allowFailure: true });
  if (result.ok) return result;
  const known = explain?.(result);
  if (known !== undefined) fail(known);
  const output = `${result.stderr}\n${result.stdout}`.trim();
  if (fullDiskText.test(output)) {
    fail({ code: 'disk-full', path: target, freeBytes: await freeBytesOf(run, target), doing });
  }
  return fail({
    code: 'command-failed',
    command: readable(command),
    status: result.status,
    output,
  });
}

/** Scripts are arguments too; their whole text would hide what went wrong. */
function readable(command: readonly string[]): string {
  return command.map((word) => (word.includes('\n') ? "'…'" : word)).join(' ');
}

async function freeBytesOf(run: Runner, file: string): Promise<number> {
  const directory = file.replace(/\/[^/]*$/, '') || '/';
  const result = await run(['stat', '--file-system', '--format=%a %S', directory], { allowFailure: true });
  const [blocks, blockBytes] = result.stdout.trim().split(' ').map(Number);
  return (blocks ?? 0) * (blockBytes ?? 0) || 0;
}
