import { coloursThatAre } from './colours.ts';
import { createJsonReporter } from './json-reporter.ts';
import { createPlainReporter } from './plain-reporter.ts';
import type { ReporterSettings } from './reporter-settings.ts';
import type { Reporter } from './reporter.ts';
import { type ReportMode, type TerminalOutput, wantsColour } from './terminal-output.ts';

export interface ReporterOptions {
  /** For what passes: progress, warnings, failures. Standard error of a process. */
  readonly stream: TerminalOutput;
  /** For what stays: the summary, the artifacts, JSON. Standard output; left out: the same as `stream`. */
  readonly resultStream?: TerminalOutput;
  readonly mode: ReportMode;
  /** Show each line that hooks print. */
  readonly verbose?: boolean;
  /** Names of the steps to come, in order; left out where they are not known. One: no table, but a line. */
  readonly steps?: readonly string[];
  /** Environment to read NO_COLOR, FORCE_COLOR and TERM from. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Makes the reporter for a mode. Nothing is written before the first event. */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  const environment = options.environment ?? {};
  const resultStream = options.resultStream ?? options.stream;
  const settings: ReporterSettings = {
    stream: options.stream,
    resultStream,
    verbose: options.verbose ?? false,
    steps: options.steps ?? [],
    colours: coloursThatAre[wantsColour(options.stream, environment) ? 'on' : 'off'],
    resultColours: coloursThatAre[wantsColour(resultStream, environment) ? 'on' : 'off'],
    now: options.now ?? (() => performance.now()),
  };
  switch (options.mode) {
    case 'interactive':
      // What draws on a terminal takes longest to load.
      return (await import('./interactive-reporter.ts')).createInteractiveReporter(settings);
    case 'plain':
      return createPlainReporter(settings);
    case 'json':
      return createJsonReporter(settings);
  }
}
