/** One line of code of a shell script; comments and the bodies of here-documents are not code. */
export interface ShellLine {
  /** Counts from 1. */
  readonly number: number;
  /** As written. */
  readonly text: string;
  /** Without the comment at its end. */
  readonly code: string;
  /** The line before ends in a backslash, or within a quoted text. */
  readonly isContinuation: boolean;
}

const hereDocument = /(?<!<)<<(-?)\s*(["']?)([A-Za-z_]\w*)\2/g;

/**
 * Code lines of a shell script.
 *
 * An approximation for linting, not a parser: quotes within quotes, as in "$(echo \"$x\")", are taken one after the other.
 */
export function shellLines(script: string): readonly ShellLine[] {
  const lines: ShellLine[] = [];
  const pending: { readonly end: string; readonly tabs: boolean }[] = [];
  let isContinuation = false;
  let quote = '';
  for (const [index, text] of script.split('\n').entries()) {
    const open = pending[0];
    if (open !== undefined) {
      if ((open.tabs ? text.replace(/^\t+/, '') : text) === open.end) pending.shift();
      continue;
    }
    const { code, openQuote } = withoutComment(text, quote);
    if (code.trim() !== '') lines.push({ number: index + 1, text, code, isContinuation });
    quote = openQuote;
    isContinuation = quote !== '' || code.endsWith('\\');
    for (const found of code.matchAll(hereDocument)) {
      pending.push({ end: found[3] ?? '', tabs: found[1] === '-' });
    }
  }
  return lines;
}

/** A line without its comment, and the quote that is open at its end. `quote` is the one that was open before it. */
function withoutComment(line: string, before: string): { readonly code: string; readonly openQuote: string } {
  let quote = before;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (character === '\\' && quote !== "'") at += 1;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '#' && (at === 0 || /[\s;(]/.test(line[at - 1] ?? ''))) {
      return { code: line.slice(0, at), openQuote: '' };
    }
  }
  return { code: line, openQuote: quote };
}
