import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { lintElement, type LintOptions } from './lint-element.ts';
import { sortedLines } from './rules/element-lists.ts';
import { isOtherPathOfBash } from './rules/shell-options.ts';
import { withoutTabs } from './rules/shell-style.ts';

type Fix = (path: string) => Promise<void>;

const fixes: Readonly<Record<string, Fix>> = {
  executable: (path) => changeMode(path, (mode) => mode | 0o111),
  'environment-snippet': (path) => changeMode(path, (mode) => mode & ~0o111),
  newline: (path) => changeText(path, (text) => (text.endsWith('\n') ? text : `${text}\n`)),
  tabindent: (path) => changeText(path, withoutTabs),
  'deps-sorted': (path) => changeText(path, sortedLines),
  shebang: (path) =>
    changeText(path, (text) => {
      const first = text.split('\n', 1)[0] ?? '';
      return isOtherPathOfBash(first.slice(2)) ? `#!/bin/bash${text.slice(first.length)}` : text;
    }),
};

/**
 * Puts right what can be put right without a choice to make: modes, the newline at the end, the order of element-deps,
 * the path of bash, tabs before code.
 *
 * @returns what was fixed; lint again to see what is left.
 */
export async function fixElement(directory: string, options: LintOptions = {}): Promise<readonly Finding[]> {
  const fixable = (await lintElement(directory, options)).filter((it) => it.fixable);
  for (const finding of fixable) await fixes[finding.rule]?.(join(directory, finding.file));
  return fixable;
}

async function changeMode(path: string, change: (mode: number) => number): Promise<void> {
  await chmod(path, change((await stat(path)).mode) & 0o7777);
}

async function changeText(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}
