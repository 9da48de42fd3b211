import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { renderFailures } from '@kiln/engine/diagnostics/render-failure.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { wantsColour } from '../report/terminal-output.ts';
import { readSourceLine } from './read-source-line.ts';
import { worstExitCode } from './run-reported.ts';

/** Runs work that is not a build: warnings and failures go to standard error, and the exit code says how bad they are. */
export async function reportProblems(body: (report: Report) => Promise<number>): Promise<number> {
  const colour = wantsColour(process.stderr, process.env) ? 'always' : 'never';
  const show = (failures: readonly Failure[], severity: 'error' | 'warning'): void => {
    process.stderr.write(`${renderFailures(failures, { severity, colour, readSourceLine })}\n`);
  };
  try {
    return await body((event) => {
      if (event.type === 'warning') show([event.failure], 'warning');
    });
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    show(error.failures, 'error');
    return worstExitCode(error.failures);
  }
}
