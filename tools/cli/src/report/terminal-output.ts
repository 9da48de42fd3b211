/** What a reporter writes to: standard error or output of a process, or anything that takes text. */
export interface TerminalOutput {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** interactive: the terminal is redrawn; plain: lines, for logs; json: one event a line, for programs. */
export type ReportMode = 'interactive' | 'plain' | 'json';

type Environment = Readonly<Record<string, string | undefined>>;

/** Redrawing is for a person in front of a terminal that can do it. */
export function chooseReportMode(stream: TerminalOutput, environment: Environment): 'interactive' | 'plain' {
  const isWatched =
    stream.isTTY === true && (environment['CI'] ?? '') === '' && environment['TERM'] !== 'dumb';
  return isWatched ? 'interactive' : 'plain';
}

/** NO_COLOR and FORCE_COLOR as their conventions have it (no-color.org, force-color.org); else colour on terminals. */
export function wantsColour(stream: TerminalOutput, environment: Environment): boolean {
  const forced = environment['FORCE_COLOR'];
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}
