import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { advance, type BuildProgress, noProgress } from './build-progress.ts';
import { warningText } from './failure-text.ts';
import { printableLine } from './fit-columns.ts';
import { formatSeconds } from './format-quantity.ts';
import type { ReporterSettings } from './reporter-settings.ts';
import type { Reporter } from './reporter.ts';
import { stepLine } from './summary.ts';
import { writeEnding } from './write-ending.ts';

/** One line for each hook and each step that has finished: what a log wants. */
export function createPlainReporter(settings: ReporterSettings): Reporter {
  const { stream, now } = settings;
  const started = now();
  let progress = noProgress(settings.steps);
  return {
    report(event) {
      progress = advance(progress, event, now());
      const line = lineOf(event, progress, settings);
      if (line !== undefined) stream.write(`${line}\n`);
    },
    finish(outcome) {
      writeEnding(outcome, progress, { ...settings, totalMs: now() - started });
    },
  };
}

function lineOf(event: BuildEvent, progress: BuildProgress, settings: ReporterSettings): string | undefined {
  const { colours, verbose } = settings;
  switch (event.type) {
    case 'planned':
    case 'artifact':
      return undefined;
    case 'step-started':
      return beginningLine(event);
    case 'step-finished': {
      const step = progress.steps.find((it) => it.name === event.step);
      // Of a build of one step, this line is the summary as well.
      return step === undefined || progress.planned.length === 1 ? undefined : stepLine(step, colours);
    }
    case 'hook-started':
      return verbose ? `${event.step}: hook ${event.hook} (${event.element})` : undefined;
    case 'hook-output':
      return verbose ? colours.dim(`  | ${printableLine(event.line)}`) : undefined;
    case 'hook-finished': {
      const ending = event.ok
        ? formatSeconds(event.durationMs)
        : colours.red(`failed after ${formatSeconds(event.durationMs)}`);
      return `${event.step}: hook ${event.hook} (${event.element}), ${ending}`;
    }
    case 'note':
      return colours.dim(event.message);
    case 'warning':
      return warningText(event.failure, colours);
  }
}

/** Long steps are silent for a while: whoever reads along should know what is at work, and for how long. */
function beginningLine(event: Extract<BuildEvent, { readonly type: 'step-started' }>): string {
  const { step, resumesAfter, hookCount, expectedMs } = event;
  const time = expectedMs === undefined ? '' : `, about ${formatSeconds(expectedMs)}`;
  if (resumesAfter !== undefined)
    return `${step}: resumes after ${resumesAfter.hook}, ${resumesAfter.count} of ${hookCount} hooks saved${time}`;
  const hooks = hookCount === 0 ? '' : `, ${hookCount} ${hookCount === 1 ? 'hook' : 'hooks'}`;
  return `${step}: begins${hooks}${time}`;
}
