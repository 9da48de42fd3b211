import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import { renderFailures } from '@kiln/engine/diagnostics/render-failure.ts';
import { readSourceLine } from '../app/read-source-line.ts';
import type { BuildOutcome } from './build-outcome.ts';
import type { Colours } from './colours.ts';

/** A warning with the line of the user's file that it is about. */
export function warningText(failure: Failure, colours: Colours): string {
  return renderFailures([failure], { severity: 'warning', colour: colourOf(colours), readSourceLine });
}

/** What is said of a build that did not succeed; undefined for one that did. */
export function outcomeText(outcome: BuildOutcome, colours: Colours): string | undefined {
  if (outcome.kind === 'done') return undefined;
  if (outcome.kind === 'cancelled') return colours.yellow('cancelled');
  return renderFailures(outcome.failures, { severity: 'error', colour: colourOf(colours), readSourceLine });
}

const colourOf = (colours: Colours): 'always' | 'never' => (colours.isColorSupported ? 'always' : 'never');
