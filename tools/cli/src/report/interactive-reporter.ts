import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { createLogUpdate } from 'log-update';
import { advance, noProgress } from './build-progress.ts';
import { warningText } from './failure-text.ts';
import { printableLine } from './fit-columns.ts';
import { liveView } from './live-view.ts';
import type { ReporterSettings } from './reporter-settings.ts';
import type { Reporter } from './reporter.ts';
import { writeEnding } from './write-ending.ts';

const redrawEveryMs = 100;

/**
 * The steps and the hook at work, redrawn in place; when all is over, only the summary is left.
 *
 * Draws on a timer that does not keep the process alive, so that a hook which prints thousands of lines costs nothing.
 */
export function createInteractiveReporter(settings: ReporterSettings): Reporter {
  const { stream, colours, now } = settings;
  const screen = createLogUpdate(stream as NodeJS.WriteStream);
  const started = now();
  let progress = noProgress(settings.steps);
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void => {
    const size = { columns: stream.columns ?? 80, rows: stream.rows ?? 24 };
    screen(liveView(progress, { ...size, nowMs: now(), colours }));
  };
  const printAbove = (text: string): void => {
    screen.clear();
    stream.write(`${text}\n`);
  };
  return {
    report(event) {
      progress = advance(progress, event, now());
      const lasting = lastingText(event, settings);
      if (lasting !== undefined) printAbove(lasting);
      timer ??= setInterval(draw, redrawEveryMs).unref();
      if (event.type !== 'hook-output') draw();
    },
    finish(outcome) {
      clearInterval(timer);
      screen.clear();
      screen.done();
      writeEnding(outcome, progress, { ...settings, totalMs: now() - started });
    },
  };
}

/** What must not be lost when the screen is drawn anew. */
function lastingText(event: BuildEvent, { colours, verbose }: ReporterSettings): string | undefined {
  if (event.type === 'note') return colours.dim(event.message);
  if (event.type === 'warning') return warningText(event.failure, colours);
  if (event.type === 'hook-output' && verbose) return colours.dim(`  | ${printableLine(event.line)}`);
  return undefined;
}
