import { describeFailure, type Failure } from './failure.ts';
import { type Palette, palettes } from './palette.ts';
import type { Place } from './place.ts';

/** Gives a line of a file (counted from 1, without its newline), or undefined where there is none to show. */
export type ReadSourceLine = (file: string, line: number) => string | undefined;

export interface RenderOptions {
  readonly severity: 'error' | 'warning';
  readonly colour: 'never' | 'always';
  readonly readSourceLine: ReadSourceLine;
}

/**
 * A failure as text for a terminal, in the manner of rustc: message, place, the source line underlined, hint.
 *
 * ```
 * error[element-not-found]: element 'debian-minimall' not found
 *   --> images/web/image.yaml:3:5
 *    |
 *  3 |   - debian-minimall
 *    |     ^^^^^^^^^^^^^^^
 *    = hint: did you mean 'debian-minimal'?
 * ```
 *
 * Pure apart from `readSourceLine`. Lines are joined by newlines; the last one has none.
 */
export function renderFailure(failure: Failure, options: RenderOptions): string {
  const palette = palettes[options.colour];
  const { message, hint } = describeFailure(failure);
  const [headline = '', ...details] = message.split('\n');
  const label = options.severity === 'error' ? palette.error : palette.warning;
  const gutter = ' '.repeat(failure.place === undefined ? 1 : String(failure.place.line).length + 1);
  return [
    `${label(`${options.severity}[${failure.code}]`)}${palette.strong(`: ${headline}`)}`,
    ...details,
    ...(failure.place === undefined ? [] : renderPlace(failure.place, gutter, options)),
    ...(hint === undefined ? [] : renderHint(hint, gutter, palette)),
  ].join('\n');
}

/** Several failures, a blank line between them. */
export function renderFailures(failures: readonly Failure[], options: RenderOptions): string {
  return failures.map((failure) => renderFailure(failure, options)).join('\n\n');
}

function renderPlace(place: Place, gutter: string, options: RenderOptions): string[] {
  const palette = palettes[options.colour];
  const arrow = `${gutter}${palette.frame('-->')} ${place.file}`;
  if (place.length === 0) return [arrow];
  const where = `${arrow}:${place.line}:${place.column}`;
  const source = options.readSourceLine(place.file, place.line);
  if (source === undefined) return [where];
  const before = expandTabs(source.slice(0, place.column - 1));
  const marked = expandTabs(source.slice(place.column - 1, place.column - 1 + (place.length ?? 1)));
  const underline = options.severity === 'error' ? palette.error : palette.warning;
  const bar = `${gutter} ${palette.frame('|')}`;
  return [
    where,
    bar,
    `${palette.frame(` ${place.line} |`)} ${expandTabs(source)}`.trimEnd(),
    `${bar} ${' '.repeat(before.length)}${underline('^'.repeat(Math.max(1, marked.length)))}`,
  ];
}

function renderHint(hint: string, gutter: string, palette: Palette): string[] {
  const [first = '', ...more] = hint.split('\n');
  const indent = ' '.repeat(gutter.length + '= hint: '.length + 1);
  return [
    `${gutter} ${palette.frame('=')} ${palette.hint('hint:')} ${first}`,
    ...more.map((line) => indent + line),
  ];
}

/** A terminal's tab stops would put the underline elsewhere. */
function expandTabs(text: string): string {
  return text.replaceAll('\t', '    ');
}
