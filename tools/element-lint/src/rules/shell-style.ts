import type { Rule } from '../rule.ts';
import { shellLines } from '../shell-lines.ts';

/** Every text file ends in a newline; diskimage-builder's own readers lose a last line that does not. */
export const newline: Rule = {
  name: 'newline',
  severity: 'error',
  description: 'A text file ends in a newline.',
  check: (folder) =>
    folder.files
      .filter((it) => it.text !== undefined && it.text !== '' && !it.text.endsWith('\n'))
      .map((it) => ({
        file: it.path,
        line: it.text?.split('\n').length ?? 1,
        message: 'no newline at the end of the file',
        fixable: true,
      })),
};

/** The script with every tab in the indent of its lines written as spaces; the inside of a text in quotes is left alone. */
export function withoutTabs(script: string): string {
  const code = new Set(shellLines(script).flatMap((it) => (it.isContinuation ? [] : [it.number])));
  const lines = script.split('\n').map((line, index) => {
    if (!code.has(index + 1)) return line;
    const [indentation = ''] = /^[ \t]*/.exec(line) ?? [];
    let width = 0;
    for (const blank of indentation) width = blank === '\t' ? (Math.floor(width / 4) + 1) * 4 : width + 1;
    return ' '.repeat(width) + line.slice(indentation.length);
  });
  return lines.join('\n');
}

/** Tabs and spaces together look different in every editor. */
export const tabIndent: Rule = {
  name: 'tabindent',
  severity: 'error',
  description: 'Shell scripts are indented with spaces.',
  check: (folder) =>
    folder.files.flatMap((file) => {
      const line = file.shell.find((it) => /^ *\t/.test(it.text));
      return line === undefined
        ? []
        : [
            {
              file: file.path,
              line: line.number,
              message: 'indented with a tab',
              fixable: !line.isContinuation,
            },
          ];
    }),
};

/** Lines that continue another may be aligned with it as they like. */
export const indent: Rule = {
  name: 'indent',
  severity: 'warning',
  description: 'Shell scripts are indented by multiples of four spaces.',
  check: (folder) =>
    folder.files.flatMap((file) => {
      const odd = file.shell.find(
        (it) => !it.isContinuation && (/^ */.exec(it.text)?.[0].length ?? 0) % 4 !== 0,
      );
      return odd === undefined
        ? []
        : [
            {
              file: file.path,
              line: odd.number,
              message: 'indented by something other than a multiple of four spaces',
            },
          ];
    }),
};

/** `which` is a program that minimal systems lack. */
export const which: Rule = {
  name: 'which',
  severity: 'error',
  description: "Scripts look for programs with 'command -v', which is in every shell, not with 'which'.",
  check: (folder) =>
    folder.files.flatMap((file) =>
      file.shell
        .filter((it) => /(^|[;&|(`]|\$\(|\b(?:if|then|do|else|while|until)\s|!\s)\s*which\s/.test(it.code))
        .map((it) => ({
          file: file.path,
          line: it.number,
          message: "'which' may be missing",
          hint: "use 'command -v'",
        })),
    ),
};
