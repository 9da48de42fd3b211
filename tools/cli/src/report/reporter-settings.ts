import type { Colours } from './colours.ts';
import type { TerminalOutput } from './terminal-output.ts';

/** `ReporterOptions` with every default filled in. */
export interface ReporterSettings {
  readonly stream: TerminalOutput;
  readonly resultStream: TerminalOutput;
  readonly verbose: boolean;
  readonly steps: readonly string[];
  readonly colours: Colours;
  readonly resultColours: Colours;
  readonly now: () => number;
}
