import { BuildFailure, describeFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { createReporter } from '../report/create-reporter.ts';
import type { Reporter } from '../report/reporter.ts';
import type { ReportMode, TerminalOutput } from '../report/terminal-output.ts';
import { listenForInterrupt } from './listen-for-interrupt.ts';

/** How what happens is to be shown. */
export interface ShowOptions {
  readonly mode: ReportMode | undefined;
  readonly verbose: boolean;
  /** Show this step alone: the others are tasks of their own. */
  readonly only?: string;
  /** Where it is shown; by default standard error and output of the process. */
  readonly streams?: { readonly passing: TerminalOutput; readonly lasting: TerminalOutput };
}

/**
 * Runs a piece of work under a reporter, and turns what comes of it into an exit code: 0 done, that of the worst failure
 * (1, 2, 3), 70 for a bug, 130 when interrupted.
 *
 * @param outside ends the work too.
 */
export async function runReported(
  show: ShowOptions,
  body: (report: Report, signal: AbortSignal) => Promise<void>,
  outside?: AbortSignal,
): Promise<number> {
  const { passing, lasting } = show.streams ?? { passing: process.stderr, lasting: process.stdout };
  const mode = show.mode ?? (passing.isTTY && process.env['CI'] === undefined ? 'interactive' : 'plain');
  const reporter = await createReporter({
    stream: passing,
    resultStream: lasting,
    mode,
    verbose: show.verbose,
    environment: process.env,
    ...(show.only === undefined ? {} : { steps: [show.only] }),
  });
  const interrupt = listenForInterrupt();
  const signal = outside === undefined ? interrupt.signal : AbortSignal.any([interrupt.signal, outside]);
  try {
    await body(show.only === undefined ? reporter.report : onlyStep(show.only, reporter.report), signal);
    reporter.finish({ kind: 'done' });
    return 0;
  } catch (error) {
    return exitCodeFor(error, signal, { reporter, passing });
  } finally {
    interrupt.close();
  }
}

function onlyStep(step: string, report: Report): Report {
  return (event) => {
    if (event.type === 'planned') return;
    if (event.type !== 'step-finished' || event.step === step || event.origin !== 'restored') report(event);
  };
}

function exitCodeFor(
  error: unknown,
  signal: AbortSignal,
  { reporter, passing }: { readonly reporter: Reporter; readonly passing: TerminalOutput },
): number {
  if (signal.aborted) {
    reporter.finish({ kind: 'cancelled' });
    return 130;
  }
  if (error instanceof BuildFailure) {
    reporter.finish({ kind: 'failed', failures: error.failures });
    return worstExitCode(error.failures);
  }
  passing.write(`this is a bug in Kiln: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 70;
}

/** A host that cannot goes before a wrong definition, and that before a build that failed. */
export function worstExitCode(failures: readonly Failure[]): number {
  return Math.max(1, ...failures.map((failure) => describeFailure(failure).exitCode));
}
