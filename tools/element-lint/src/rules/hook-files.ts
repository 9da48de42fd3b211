import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { LintFile } from '../element-folder.ts';
import { dataFolders, hookFolders } from '../phase-folders.ts';
import type { Rule } from '../rule.ts';

const hookName = /^[0-9A-Za-z_-]+$/;
const makeExecutable = 'chmod +x';

/** A file with a shebang is meant to be run. */
export const executable: Rule = {
  name: 'executable',
  severity: 'error',
  description: 'A script with a shebang is executable.',
  check: (folder) =>
    folder.files
      .filter((it) => it.shebang !== undefined && !it.isExecutable && it.folder !== 'environment.d')
      .map((it) => ({
        file: it.path,
        line: 1,
        message: it.isHookCandidate
          ? 'this hook would not run: it is not executable'
          : 'this script is not executable',
        hint: makeExecutable,
        fixable: true,
      })),
};

/** Ill-named files beside hooks are passed over without a word; upstream elements keep data there. */
export const hookSilent: Rule = {
  name: 'hook-silent',
  severity: 'error',
  description:
    'Each file in the folder of a phase would run: it is executable, and its name holds letters, digits, - and _ only.',
  check: (folder) =>
    folder.files
      .filter((it) => it.isHookCandidate)
      .flatMap((file) => {
        const looksLikeHook = file.isExecutable || file.shebang !== undefined;
        if (looksLikeHook && !hookName.test(file.name)) {
          return [
            {
              file: file.path,
              message: `this hook would not run: '${file.name}' ${whyNot(file.name)}`,
              hint: 'rename it',
            },
          ];
        }
        if (looksLikeHook || isPackageList(file, folder.name)) return [];
        return [
          {
            file: file.path,
            message: 'this file does not run: it is not executable and has no shebang',
            hint: "a hook needs both; data belongs in another folder, such as 'files'",
            severity: 'warning' as const,
          },
        ];
      }),
};

/** `package-installs-<element>` in a phase's folder is an old way to ask for packages. */
const isPackageList = (file: LintFile, element: string): boolean =>
  file.name === `package-installs-${element}`;

const whyNot = (name: string): string =>
  name.includes('.') ? 'holds a dot' : 'holds a character other than letters, digits, - and _';

/** A folder such as `finalize.d` is taken for data, and its hooks never run. */
export const phaseFolder: Rule = {
  name: 'phase-folder',
  severity: 'error',
  description:
    'A folder that ends in .d is that of a phase, or holds data that some element is known to read.',
  check: (folder) =>
    folder.folders
      .filter((it) => it.endsWith('.d') && !hookFolders.has(it) && !dataFolders.has(it))
      .map((name) => {
        const inside = folder.files.find((it) => it.folder === name);
        const near = name === 'first-boot.d' ? undefined : nearName(name, hookFolders);
        return {
          file: inside?.path ?? name,
          message: `'${name}' is not the folder of a phase; nothing in it would run`,
          hint:
            near === undefined ? `the phases are: ${[...hookFolders].join(' ')}` : `did you mean '${near}'?`,
          severity:
            near === undefined && inside?.shebang === undefined ? ('warning' as const) : ('error' as const),
        };
      }),
};

/** Snippets are sourced into one shell, with `-u`, `-e` and `pipefail` on. */
export const environmentSnippet: Rule = {
  name: 'environment-snippet',
  severity: 'error',
  description:
    'A snippet in environment.d is not executable, does not trace, and lets a failed command be seen.',
  check: (folder) =>
    folder.files
      .filter((it) => it.folder === 'environment.d')
      .flatMap((file) => [
        ...(file.isExecutable && !file.isSymlink
          ? [
              {
                file: file.path,
                message: 'it is sourced, never run, but it is executable',
                hint: 'chmod -x',
                fixable: true,
              },
            ]
          : []),
        ...(/^[0-9A-Za-z_.-]+$/.test(file.name)
          ? []
          : [
              {
                file: file.path,
                message:
                  'it would not be sourced: its name holds a character other than letters, digits, . - and _',
              },
            ]),
        ...file.shell.flatMap((line) => [
          ...(/\bset\s+-\w*x/.test(line.code)
            ? [
                {
                  file: file.path,
                  line: line.number,
                  message: "'set -x' stays on for all snippets after this one",
                },
              ]
            : []),
          ...(/\b(export|readonly|declare)\b[^=]*=["']?(\$\([^(]|`)/.test(line.code)
            ? [
                {
                  file: file.path,
                  line: line.number,
                  message: 'a failure of this command goes unseen: the status is that of export',
                  hint: 'assign first, export on the next line',
                },
              ]
            : []),
        ]),
      ]),
};
