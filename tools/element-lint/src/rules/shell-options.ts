import type { LintFile } from '../element-folder.ts';
import { hookFolders } from '../phase-folders.ts';
import type { Rule } from '../rule.ts';

const bash = '/bin/bash';

/** Scripts that run during a build: hooks, and what lies in `bin`. One that is a single command needs no options. */
const buildScripts = (files: readonly LintFile[]): readonly LintFile[] =>
  files
    .filter((it) => it.shebang !== undefined && it.shell.length > 1)
    .filter((it) => hookFolders.has(it.folder ?? '') || it.folder === 'bin');

/** Options in a shebang are lost when the script is named to a shell; other paths of bash are not on every system. */
export const shebang: Rule = {
  name: 'shebang',
  severity: 'error',
  description: 'A bash script begins with exactly #!/bin/bash.',
  check: (folder) =>
    folder.files
      .filter((it) => it.shell.length > 0 && /\bbash\b/.test(it.shebang ?? '') && it.shebang?.trim() !== bash)
      .map((it) => ({
        file: it.path,
        line: 1,
        message: `the shebang is '#!${it.shebang ?? ''}', not '#!${bash}'`,
        hint: it.shebang?.includes(' -') ? "set options with 'set' in the script" : `write '#!${bash}'`,
        fixable: isOtherPathOfBash(it.shebang),
      })),
};

/** True where nothing but the path of bash would change. */
export function isOtherPathOfBash(line: string | undefined): boolean {
  return /^\s*(\/\S*\/bash|\/usr\/bin\/env\s+bash)\s*$/.test(line ?? '') && line?.trim() !== bash;
}

/** Rules `sete`, `setu` and `setpipefail`, under the names that dib-lint gives them. */
export const shellOptionRules: readonly Rule[] = [
  optionRule('sete', { letter: 'e', word: 'errexit', otherwise: 'a failed command goes unnoticed' }),
  optionRule('setu', { letter: 'u', word: 'nounset', otherwise: 'a misspelt variable is empty' }),
  optionRule('setpipefail', {
    letter: undefined,
    word: 'pipefail',
    otherwise: 'only the last command of a pipe counts',
  }),
];

interface ShellOption {
  readonly letter: string | undefined;
  readonly word: string;
  readonly otherwise: string;
}

function optionRule(name: string, option: ShellOption): Rule {
  const written = option.letter === undefined ? `set -o ${option.word}` : `set -${option.letter}`;
  return {
    name,
    severity: 'error',
    description: `A script that runs during a build says '${written}'; without it ${option.otherwise}.`,
    check: (folder) =>
      buildScripts(folder.files)
        // Plain sh knows no pipefail.
        .filter((it) => option.letter !== undefined || /\bbash\b/.test(it.shebang ?? ''))
        .filter((it) => !it.shell.some((line) => sets(line.code, option)))
        .map((it) => ({ file: it.path, message: `'${written}' is missing: ${option.otherwise}` })),
  };
}

function sets(code: string, option: ShellOption): boolean {
  const words = /^\s*set\s+(.*)$/.exec(code)?.[1]?.split(/\s+/) ?? [];
  return words.some((word, index) => {
    if (!/^-[A-Za-z]+$/.test(word)) return false;
    if (option.letter !== undefined && word.includes(option.letter)) return true;
    return word.endsWith('o') && words[index + 1]?.replace(/;$/, '') === option.word;
  });
}

/** `-x` on the command line reaches hooks through this variable. */
export const debugTrace: Rule = {
  name: 'dibdebugtrace',
  severity: 'warning',
  description: 'A bash hook traces itself when DIB_DEBUG_TRACE asks for it.',
  check: (folder) =>
    buildScripts(folder.files)
      .filter((it) => hookFolders.has(it.folder ?? '') && /\bbash\b/.test(it.shebang ?? ''))
      .filter((it) => !it.text?.includes('DIB_DEBUG_TRACE'))
      .map((it) => ({
        file: it.path,
        message: 'it pays no heed to DIB_DEBUG_TRACE',
        hint: 'begin with: if [ "${DIB_DEBUG_TRACE:-0}" -gt 0 ]; then set -x; fi',
      })),
};
