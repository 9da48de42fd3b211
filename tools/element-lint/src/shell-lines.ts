/** One line of code of a shell script; comments and the bodies of here-documents are not code. */
export interface ShellLine {
  /** Counts from 1. */
  readonly number: number;
  /** As written. */
  readonly text: string;
  /** Without the comment at its end. */
  readonly code: string;
  /** The line before ends in a backslash. */
  readonly isContinuation: boolean;
}

const hereDocument = /(?<!<)<<(-?)\s*(["']?)([A-Za-z_]\w*)\2/g;

/**
 * Code lines of a shell script.
 *
 * An approximation for linting, not a parser: a quoted string over several lines counts as code.
 */
export function shellLines(script: string): readonly ShellLine[] {
  const lines: ShellLine[] = [];
  const pending: { readonly end: string; readonly tabs: boolean }[] = [];
  let isContinuation = false;
  for (const [index, text] of script.split('\n').entries()) {
    const open = pending[0];
    if (open !== undefined) {
      if ((open.tabs ? text.replace(/^\t+/, '') : text) === open.end) pending.shift();
      continue;
    }
    const code = withoutComment(text);
    if (code.trim() !== '') lines.push({ number: index + 1, text, code, isContinuation });
    isContinuation = code.endsWith('\\');
    for (const found of code.matchAll(hereDocument)) {
      pending.push({ end: found[3] ?? '', tabs: found[1] === '-' });
    }
  }
  return lines;
}

function withoutComment(line: string): string {
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (character === '\\' && quote !== "'") at += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '#' && (at === 0 || /[\s;(]/.test(line[at - 1] ?? ''))) return line.slice(0, at);
  }
  return line;
}
