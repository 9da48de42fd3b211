import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { renderFailures } from '@kiln/engine/diagnostics/render-failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { readSourceLine } from '../../app/read-source-line.ts';
import { type TerminalOutput, wantsColour } from '../../report/terminal-output.ts';
import { scanOptions } from '../options/scan-options.ts';
import { allOptions, type CommandShape } from './command-shape.ts';
import { completionScript, completionShells } from './completion-script.ts';
import { helpText } from './help-text.ts';
import { versionText } from './version-text.ts';

/** What a command has of the process that it runs in. */
export interface CommandProcess {
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  /** Absolute. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A command line that was understood. */
export interface CommandLine {
  readonly operands: readonly string[];
  readonly has: (long: string) => boolean;
  /** Value of the last use. */
  readonly value: (long: string) => string | undefined;
}

/** Something is missing or too much on the command line. */
export class WrongUse extends Error {}

/** The process itself. */
export function thisProcess(): CommandProcess {
  process.stdout.off('error', onOutputError).on('error', onOutputError);
  return { stdout: process.stdout, stderr: process.stderr, cwd: process.cwd(), environment: process.env };
}

/**
 * Runs a compatible command: answers `--help`, `--version` and `--completion`, tells what is wrong with its use, and shows
 * the failures that its work throws.
 *
 * @param body the work; gives the exit code.
 * @returns the exit code: that of the body, the shape's for wrong use, 1 for failures, 3 where the host lacks something, 70 for a bug.
 */
export async function runCommandLine(
  shape: CommandShape,
  { argv, io }: { readonly argv: readonly string[]; readonly io: CommandProcess },
  body: (line: CommandLine) => Promise<number>,
): Promise<number> {
  const scanned = scanOptions(argv, allOptions(shape));
  try {
    if (!scanned.ok) return refuse(shape, io, scanned.failures);
    const { used, operands } = scanned.value;
    const uses = (long: string) => used.filter((it) => it.option.long === long);
    const line: CommandLine = {
      operands,
      has: (long) => uses(long).length > 0,
      value: (long) => uses(long).at(-1)?.value,
    };
    if (line.has('help')) return tell(io, helpText(shape));
    if (line.has('version')) return tell(io, versionText(shape.name));
    const shell = line.value('completion');
    if (shell !== undefined) return tellCompletion(shape, io, shell);
    return await body(line);
  } catch (error) {
    if (error instanceof WrongUse) {
      io.stderr.write(`${shape.name}: ${error.message}\n${usageHint(shape)}`);
      return shape.wrongUse;
    }
    if (error instanceof BuildFailure) {
      io.stderr.write(`${failuresText(error.failures, io)}\n`);
      return error.failures.some((it) => it.code === 'host-tool-missing') ? 3 : 1;
    }
    io.stderr.write(`this is a bug in Kiln: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 70;
  }
}

/** Failures as all of Kiln's commands show them. */
export function failuresText(failures: readonly Failure[], io: CommandProcess): string {
  const colour = wantsColour(io.stderr, io.environment) ? 'always' : 'never';
  return renderFailures(failures, { severity: 'error', colour, readSourceLine });
}

function tell(io: CommandProcess, text: string): number {
  io.stdout.write(text);
  return 0;
}

function tellCompletion(shape: CommandShape, io: CommandProcess, given: string): number {
  const shell = completionShells.find((it) => it === given);
  if (shell !== undefined) return tell(io, completionScript(shape, shell));
  const near = nearName(given, completionShells);
  throw new WrongUse(
    `--completion: '${given}' is none of ${completionShells.join(', ')}${near === undefined ? '' : `; did you mean '${near}'?`}`,
  );
}

function refuse(shape: CommandShape, io: CommandProcess, failures: readonly Failure[]): number {
  io.stderr.write(`${failuresText(failures, io)}\n${usageHint(shape)}`);
  return shape.wrongUse;
}

function usageHint(shape: CommandShape): string {
  return `usage: ${shape.name} ${shape.usage[0] ?? ''}\n'${shape.name} --help' tells more\n`;
}

/** `element-info … | head` is no error. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
