import type { BuildOutcome } from './build-outcome.ts';
import { type BuildProgress, endRunningSteps } from './build-progress.ts';
import { outcomeText } from './failure-text.ts';
import type { ReporterSettings } from './reporter-settings.ts';
import { summaryLines } from './summary.ts';

/** The summary, for the result stream; then, on the other one, why the build did not succeed. */
export function writeEnding(
  outcome: BuildOutcome,
  progress: BuildProgress,
  settings: ReporterSettings & { readonly totalMs: number },
): void {
  const { stream, resultStream, colours, resultColours, totalMs } = settings;
  const reached = outcome.kind === 'done' ? progress : endRunningSteps(progress, outcome.kind);
  const summary = summaryLines(reached, totalMs, resultColours);
  for (const line of summary) resultStream.write(`${line}\n`);
  const text = outcomeText(outcome, colours);
  if (text !== undefined) stream.write(`${summary.length > 1 ? '\n' : ''}${text}\n`);
}
