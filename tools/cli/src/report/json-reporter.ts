import { failureToJson } from '@kiln/engine/diagnostics/failure-to-json.ts';
import type { ReporterSettings } from './reporter-settings.ts';
import type { Reporter } from './reporter.ts';

/** One JSON object a line: each event as it is, its failure in the form of `failureToJson`; at the end `{"type":"finished"}`. */
export function createJsonReporter({ resultStream }: ReporterSettings): Reporter {
  const write = (value: object): void => void resultStream.write(`${JSON.stringify(value)}\n`);
  return {
    report: (event) =>
      write(event.type === 'warning' ? { ...event, failure: failureToJson(event.failure) } : event),
    finish: (outcome) =>
      write({
        type: 'finished',
        outcome: outcome.kind,
        ...(outcome.kind === 'failed' ? { failures: outcome.failures.map(failureToJson) } : {}),
      }),
  };
}
