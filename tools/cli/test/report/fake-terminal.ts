import type { TerminalOutput } from '../../src/report/terminal-output.ts';

/** A stream that keeps what is written to it. */
export interface FakeTerminal extends TerminalOutput {
  readonly text: () => string;
}

/** A pipe, or a terminal of the given size. */
export function fakeTerminal(size?: { readonly columns: number; readonly rows: number }): FakeTerminal {
  const written: string[] = [];
  return {
    ...size,
    isTTY: size !== undefined,
    write: (text) => written.push(text),
    text: () => written.join(''),
  };
}

const token = new RegExp(`${'\u001B'}\\[[?0-9;]*[A-Za-z]|[^]`, 'g');
const escapeCode = new RegExp(`^${'\u001B'}\\[(\\??[0-9;]*)([A-Za-z])$`);

/** What a terminal shows after it was sent `text`: the few escape codes that log-update uses, carried out. */
export function screenAfter(text: string): readonly string[] {
  const lines = [''];
  let row = 0;
  let column = 0;
  for (const found of text.match(token) ?? []) {
    const code = escapeCode.exec(found);
    const amount = Number(code?.[1] || 1);
    if (code === null) {
      if (found === '\n') {
        row += 1;
        column = 0;
        lines[row] ??= '';
      } else {
        const line = (lines[row] ?? '').padEnd(column);
        lines[row] = line.slice(0, column) + found + line.slice(column + 1);
        column += 1;
      }
    } else if (code[2] === 'A') row -= amount;
    else if (code[2] === 'B') row += amount;
    else if (code[2] === 'G') column = 0;
    else if (code[2] === 'K') lines[row] = code[1] === '2' ? '' : (lines[row] ?? '').slice(0, column);
  }
  return lines.map((line) => line.trimEnd());
}
