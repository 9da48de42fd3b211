import type { Colours } from './colours.ts';
import type { BuildProgress, HookProgress, StepProgress } from './build-progress.ts';
import { fitColumns, printableLine } from './fit-columns.ts';
import { formatBytes, formatClock, formatSeconds, originWords } from './format-quantity.ts';

export interface ViewSettings {
  readonly columns: number;
  readonly rows: number;
  readonly nowMs: number;
  readonly colours: Colours;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;

/**
 * The part of the screen that is redrawn: finished steps above, the step and the hook at work below.
 *
 * Never wider than `columns`, nor higher than `rows` less one; the oldest steps give way. Pure.
 */
export function liveView(progress: BuildProgress, settings: ViewSettings): string {
  const running = progress.steps
    .filter((it) => it.state === 'running')
    .flatMap((it) => runningLines(it, progress.planned, settings));
  const finished = progress.steps
    .filter((it) => it.state !== 'running')
    .map((it) => finishedLine(it, settings));
  const room = Math.max(0, settings.rows - 1 - running.length);
  const shown = finished.length > room ? finished.slice(finished.length - room) : finished;
  return [...shown, ...running].join('\n');
}

function finishedLine(step: StepProgress, { columns, colours }: ViewSettings): string {
  if (step.state === 'failed') return colours.red(fitColumns(`✖ ${step.name}`, columns));
  const size = step.sizeBytes === undefined ? '' : formatBytes(step.sizeBytes);
  const cells = [
    step.name.padEnd(14),
    originWords[step.origin ?? 'run'].padEnd(8),
    formatSeconds(step.durationMs ?? 0).padStart(8),
    size.padStart(8),
  ];
  return `${colours.green('✔')} ${fitColumns(cells.join(' ').trimEnd(), columns - 2)}`;
}

function runningLines(
  step: StepProgress,
  planned: readonly string[],
  settings: ViewSettings,
): readonly string[] {
  const { columns, nowMs, colours } = settings;
  const frame = spinner[Math.floor(nowMs / frameMs) % spinner.length] ?? '';
  const position = planned.indexOf(step.name) + 1;
  const place = position === 0 || planned.length < 2 ? '' : `step ${position} of ${planned.length}, `;
  const expected = step.expectedMs === undefined ? '' : ` of about ${formatClock(step.expectedMs)}`;
  const resumed = step.resumesAfter === undefined ? '' : `, resumed after ${step.resumesAfter.hook}`;
  const clock = `${place}${formatClock(nowMs - step.startedAtMs)}${expected}${resumed}`;
  const name = fitColumns(step.name.padEnd(14), columns - 2);
  const rest = fitColumns(clock, columns - 3 - name.length);
  return [
    `${colours.cyan(frame)} ${colours.bold(name)}${rest === '' ? '' : ` ${rest}`}`,
    ...(step.hook === undefined ? [] : hookLines(step.hook, settings)),
  ];
}

function hookLines(hook: HookProgress, { columns, nowMs, colours }: ViewSettings): readonly string[] {
  const clock = formatClock(nowMs - hook.startedAtMs);
  const text = `hook ${hook.index + 1} of ${hook.count}: ${hook.name} (${hook.element})`;
  const line = `  ${fitColumns(text, columns - 4 - clock.length)}  ${clock}`;
  const output = printableLine(hook.lastLine).trimEnd();
  return output === '' ? [line] : [line, colours.dim(`  ${fitColumns(output, columns - 2)}`)];
}
