import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { advance, type BuildProgress, noProgress } from './build-progress.ts';
import { warningText } from './failure-text.ts';
import { printableLine } from './fit-columns.ts';
import { formatSeconds } from './format-quantity.ts';
import type { ReporterSettings } from './reporter-settings.ts';
import type { Reporter } from './reporter.ts';
import { stepLine } from './summary.ts';
import { writeEnding } from './write-ending.ts';

/** From then on a hook that lasts is named: a log should not be silent on what is at work. */
const lastingMs = 5000;

/** One line for each hook and each step that has finished, and one for a hook that lasts: what a log wants. */
export function createPlainReporter(settings: ReporterSettings): Reporter {
  const { stream, now, verbose } = settings;
  const started = now();
  let progress = noProgress(settings.steps);
  let lasting: NodeJS.Timeout | undefined;
  return {
    report(event) {
      const place = hookPlace(progress, event);
      progress = advance(progress, event, now());
      const line = lineOf(event, progress, { ...settings, place });
      if (line !== undefined) stream.write(`${line}\n`);
      if (event.type === 'hook-finished' || event.type === 'step-finished') clearTimeout(lasting);
      if (event.type !== 'hook-started' || verbose) return;
      clearTimeout(lasting);
      lasting = setTimeout(() => stream.write(`${atWorkLine(event)}\n`), lastingMs).unref();
    },
    finish(outcome) {
      clearTimeout(lasting);
      writeEnding(outcome, progress, { ...settings, totalMs: now() - started });
    },
  };
}

type HookStarted = Extract<BuildEvent, { readonly type: 'hook-started' }>;

const atWorkLine = ({ step, hook, element, index, count }: HookStarted): string =>
  `${step}: hook ${hook} (${element}), ${index + 1} of ${count}, is at work`;

/** Which hook of how many has finished: ', 3 of 7'. */
function hookPlace(progress: BuildProgress, event: BuildEvent): string {
  if (event.type !== 'hook-finished') return '';
  const hook = progress.steps.find(({ name }) => name === event.step)?.hook;
  return hook?.name === event.hook ? `, ${hook.index + 1} of ${hook.count}` : '';
}

type LineSettings = Pick<ReporterSettings, 'colours' | 'verbose'> & { readonly place: string };

function lineOf(event: BuildEvent, progress: BuildProgress, settings: LineSettings): string | undefined {
  const { colours, verbose, place } = settings;
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
      return verbose ? atWorkLine(event) : undefined;
    case 'hook-output':
      return verbose ? colours.dim(`  | ${printableLine(event.line)}`) : undefined;
    case 'hook-finished': {
      const ending = event.ok
        ? formatSeconds(event.durationMs)
        : colours.red(`failed after ${formatSeconds(event.durationMs)}`);
      return `${event.step}: hook ${event.hook} (${event.element})${place}, ${ending}`;
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
