import { describeFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { BuildEvent } from '@kiln/engine/events/build-event.ts';

/** What hooks printed, a line a line. */
export function outputOf(events: readonly BuildEvent[]): string {
  return events.flatMap((event) => (event.type === 'hook-output' ? [`${event.line}\n`] : [])).join('');
}

/** What went wrong in a run, for whoever reads the report of a test: the failures, and the last that hooks printed. */
export function explainRun(failures: readonly Failure[], events: readonly BuildEvent[]): string {
  const messages = failures.map((failure) => describeFailure(failure).message).join('\n');
  return `${messages}\n--- what the hooks printed ---\n${outputOf(events).split('\n').slice(-60).join('\n')}`;
}
