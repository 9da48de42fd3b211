import type { LintFile } from '../element-folder.ts';

/** What dib-lint says of a file. */
export interface DibLintRemark {
  /** Counts from 1; undefined: the file as a whole. */
  readonly line?: number;
  /** Completes the path: `is not executable`. */
  readonly message: string;
  /** Lines of the file that show it, as they are to be printed. */
  readonly excerpt?: readonly string[];
}

/** One check of dib-lint. */
export interface DibLintRule {
  /** What `# dib-lint: disable=` and `ignore=` in tox.ini call it. */
  readonly name: string;
  /** For the reference. */
  readonly description: string;
  readonly check: (file: LintFile) => readonly DibLintRemark[];
}

/** The lines of a file with their numbers; none for a binary file. */
export function numberedLines(file: LintFile): readonly { readonly number: number; readonly text: string }[] {
  const lines = (file.text ?? '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((text, index) => ({ number: index + 1, text }));
}

/** One remark on the first line that a pattern matches, with all such lines to show; none where there is none. */
export function remarkOnLines(file: LintFile, pattern: RegExp, message: string): readonly DibLintRemark[] {
  const found = numberedLines(file).filter(({ text }) => pattern.test(text));
  const [first] = found;
  if (first === undefined) return [];
  return [{ line: first.number, message, excerpt: found.map(({ number, text }) => `${number}:${text}`) }];
}
