import type { Colours } from './colours.ts';
import type { Artifact, BuildProgress, StepProgress } from './build-progress.ts';
import { formatBytes, formatSeconds, originWords } from './format-quantity.ts';

/** One finished step in a line: 'install: run, 34.2 s, 84 MB'. */
export function stepLine(step: StepProgress, colours: Colours): string {
  const time = step.durationMs === undefined ? '' : `, ${formatSeconds(step.durationMs)}`;
  const size = step.sizeBytes === undefined ? '' : `, ${formatBytes(step.sizeBytes)}`;
  return `${colours.bold(step.name)}: ${resultWord(step, colours)}${time}${size}`;
}

/**
 * What is left on the screen when a build has ended: a line for one step, a table for more, and where the artifacts are.
 *
 * ```
 *   phase     result   seconds   layer
 *   root      cached       0.0  121 MB
 *   install   run         34.2   84 MB
 *             total       36.0
 *
 *   dist/web.qcow2  412 MB  qcow2  sha256:6b86b273…
 * ```
 */
export function summaryLines(progress: BuildProgress, totalMs: number, colours: Colours): readonly string[] {
  const finished = progress.steps.filter((it) => it.state !== 'running');
  const [only, ...more] = finished;
  const steps =
    only === undefined
      ? []
      : more.length === 0
        ? [stepLine(only, colours)]
        : table(finished, totalMs, colours);
  const artifacts = progress.artifacts.map((it) => artifactLine(it, colours));
  return [...steps, ...(more.length > 0 && artifacts.length > 0 ? [''] : []), ...artifacts];
}

function table(steps: readonly StepProgress[], totalMs: number, colours: Colours): readonly string[] {
  const rows = steps.map((step) => ({
    step,
    name: step.name,
    result: isUnfinished(step.state) ? step.state : originWords[step.origin ?? 'run'],
    seconds: step.durationMs === undefined ? '' : (step.durationMs / 1000).toFixed(1),
    size: step.sizeBytes === undefined ? '' : formatBytes(step.sizeBytes),
  }));
  // Steps that earlier tasks of the same run of Nx made took their time before this began.
  const stepsMs = steps.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  const total = (Math.max(totalMs, stepsMs) / 1000).toFixed(1);
  const widthOf = (heading: string, cells: readonly string[]): number =>
    Math.max(heading.length, ...cells.map((it) => it.length));
  const name = widthOf(
    'phase',
    rows.map((it) => it.name),
  );
  const result = widthOf(
    'result',
    rows.map((it) => it.result),
  );
  const seconds = widthOf('seconds', [...rows.map((it) => it.seconds), total]);
  const size = widthOf(
    'layer',
    rows.map((it) => it.size),
  );
  const heading = `  ${'phase'.padEnd(name)}  ${'result'.padEnd(result)}  ${'seconds'.padStart(seconds)}  ${'layer'.padStart(size)}`;
  return [
    colours.dim(heading),
    ...rows.map((row) =>
      [
        `  ${row.name.padEnd(name)}`,
        resultWord(row.step, colours) + ' '.repeat(result - row.result.length),
        row.seconds.padStart(seconds),
        row.size.padStart(size),
      ]
        .join('  ')
        .trimEnd(),
    ),
    colours.dim(`  ${''.padEnd(name)}  ${'total'.padEnd(result)}  ${total.padStart(seconds)}`),
  ];
}

const isUnfinished = (state: StepProgress['state']): state is 'failed' | 'cancelled' =>
  state === 'failed' || state === 'cancelled';

function resultWord(step: StepProgress, colours: Colours): string {
  if (step.state === 'failed') return colours.red('failed');
  if (step.state === 'cancelled') return colours.yellow('cancelled');
  const word = originWords[step.origin ?? 'run'];
  return step.origin === 'restored'
    ? colours.green(word)
    : step.origin === 'resumed'
      ? colours.cyan(word)
      : word;
}

function artifactLine(artifact: Artifact, colours: Colours): string {
  const digest = colours.dim(`sha256:${artifact.digest.slice(0, 12)}…`);
  return `  ${colours.bold(artifact.file)}  ${formatBytes(artifact.sizeBytes)}  ${artifact.format}  ${digest}`;
}
