import type { ElementFolder, LintFile } from '../element-folder.ts';
import type { Rule } from '../rule.ts';
import { executable as notExecutable } from '../rules/hook-files.ts';
import { which as usesWhich } from '../rules/shell-style.ts';
import { type DibLintRule, numberedLines, remarkOnLines } from './dib-lint-rule.ts';

const bash = '/bin/bash';

const executable: DibLintRule = {
  name: 'executable',
  description: 'A file with a shebang is executable.',
  check: (file) => (found(notExecutable, file).length > 0 ? [{ message: 'is not executable' }] : []),
};

const indent: DibLintRule = {
  name: 'indent',
  description: 'Scripts other than Python are indented by multiples of four spaces.',
  check: (file) =>
    file.shebang === undefined || isPython(file)
      ? []
      : remarkOnLines(file, /^( {4})* {1,3}[^ ]/, 'should use 4 spaces indent'),
};

const shebang: DibLintRule = {
  name: 'shebang',
  description: `The shebang of a bash script is exactly #!${bash}.`,
  check: (file) =>
    file.shebang !== undefined && file.shebang.includes('bash') && file.shebang !== bash
      ? [{ line: 1, message: `: only use #!${bash} for scripts` }]
      : [],
};

const options = [
  { name: 'sete', written: 'set -e', pattern: /^set -[^ ]*e/m },
  { name: 'setu', written: 'set -u', pattern: /^set -[^ ]*u/m },
  { name: 'setpipefail', written: 'set -o pipefail', pattern: /^set (.* )?-[a-z]*o pipefail/m },
].map(({ name, written, pattern }): DibLintRule => ({
  name,
  description: `A bash script has a line that begins with '${written}', or has it among other options.`,
  check: (file) => (isBash(file) && !pattern.test(file.text ?? '') ? [{ message: `is not ${written}` }] : []),
}));

const debugTrace: DibLintRule = {
  name: 'dibdebugtrace',
  description: 'A bash script names DIB_DEBUG_TRACE.',
  check: (file) =>
    isBash(file) && file.text?.includes('DIB_DEBUG_TRACE') !== true
      ? [{ message: 'does not follow DIB_DEBUG_TRACE' }]
      : [],
};

const hostFolder = /(root|extra-data|block-device|finalise|cleanup)\.d(\/|$)/;
const inImage =
  /TARGET_ROOT|IMAGE_BLOCK_DEVICE|TMP_MOUNT_PATH|TMP_IMAGE_PATH|install-packages|dib-lint: safe_sudo/;

const safeSudo: DibLintRule = {
  name: 'safe_sudo',
  description:
    "In phases that run on the host, a command after 'sudo' names a path of the image, or the line says '# dib-lint: safe_sudo'.",
  check: (file) =>
    hostFolder.test(file.path.split('/').slice(0, -1).join('/'))
      ? logicalLines(file)
          .filter(({ text }) => text.includes('sudo ') && !text.startsWith('#') && !inImage.test(text))
          .map(({ number, text }) => ({
            line: number,
            message: ': potentially unsafe sudo',
            excerpt: [` -- ${text}`],
          }))
      : [],
};

const which: DibLintRule = {
  name: 'which',
  description:
    "Scripts look for programs with 'command -v'; a line that says '# dib-lint: which' may do otherwise.",
  check: (file) => {
    const lines = numberedLines(file);
    return found(usesWhich, file).flatMap(({ line = 1 }) => {
      const text = lines[line - 1]?.text.trim() ?? '';
      return text.includes('dib-lint: which')
        ? []
        : [{ line, message: ': potential use of which', excerpt: [` -- ${text}`] }];
    });
  },
};

/** Arithmetic cannot fail, so `export X=$((1 + 1))` hides nothing. */
const exportStatus: DibLintRule = {
  name: 'export',
  description:
    'What a command prints is assigned on one line and exported on another, else its failure goes unseen.',
  check: (file) =>
    numberedLines(file)
      .filter(({ text }) => /^(?!\s*#).*export .*\$\((?!\()/.test(text))
      .map(({ number, text }) => ({
        line: number,
        message: ': split export and assignment',
        excerpt: [` -- ${text.trim()}`],
      })),
};

/** Rules for scripts, in the order in which dib-lint has them. */
export const scriptRules: readonly DibLintRule[] = [
  executable,
  indent,
  shebang,
  ...options,
  debugTrace,
  exportStatus,
  safeSudo,
  which,
];

/** A Python script, by its shebang. */
export function isPython(file: LintFile): boolean {
  return /python/.test(file.shebang ?? '');
}

function isBash(file: LintFile): boolean {
  return file.shebang?.startsWith(bash) === true;
}

/** What one of element-lint's rules says of a single file. */
function found(rule: Rule, file: LintFile): ReturnType<Rule['check']> {
  const alone: ElementFolder = { name: '', directory: '', folders: [], files: [file] };
  return rule.check(alone, { knownElements: undefined });
}

/** Lines without the blanks around them, those that a backslash continues as one. */
function logicalLines(file: LintFile): readonly { readonly number: number; readonly text: string }[] {
  const joined: { number: number; text: string }[] = [];
  let isOpen = false;
  for (const { number, text } of numberedLines(file)) {
    const last = joined.at(-1);
    const part = text.replace(/\\$/, '');
    if (isOpen && last !== undefined) last.text += part;
    else joined.push({ number, text: part });
    isOpen = text.endsWith('\\');
  }
  return joined.map(({ number, text }) => ({ number, text: text.trim() }));
}
