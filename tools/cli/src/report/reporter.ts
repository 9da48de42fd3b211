import type { Report } from '@kiln/engine/events/build-event.ts';
import type { BuildOutcome } from './build-outcome.ts';

/** Shows a build to somebody: `report` takes its events, `finish` is called once, when it has ended. */
export interface Reporter {
  readonly report: Report;
  readonly finish: (outcome: BuildOutcome) => void;
}
