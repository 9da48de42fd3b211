import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandShape } from '../command/command-shape.ts';
import { type CommandProcess, runCommandLine, thisProcess, WrongUse } from '../command/run-command-line.ts';
import { lintFiles } from './lint-files.ts';
import type { DibLintProblem } from './lint-run.ts';

const shape: CommandShape = {
  name: 'dib-lint',
  summary: 'Checks all elements of a folder for common mistakes.',
  usage: ['[--json]'],
  options: [{ origin: 'kiln', long: 'json', text: 'print what is wrong as JSON, and nothing else' }],
  sections: [
    {
      title: 'What it checks',
      lines: [
        'scripts       executable  indent  shebang  sete  setu  setpipefail  dibdebugtrace  export  safe_sudo  which',
        '              flake8 (Python, where it is installed)',
        'files         source-repository  element-deps  environment  tabindent  newline  yaml  pkg-map',
        'elements      readme  mddocs',
      ],
    },
    {
      title: 'What it leaves out',
      lines: [
        'a check in a file:     a line # dib-lint: disable=NAME NAME',
        'a check everywhere:    ignore = NAME NAME below [dib-lint] in tox.ini of the current folder',
        'one line of a script:  # dib-lint: safe_sudo, # dib-lint: which',
        'files:                 those that git ignores',
      ],
    },
    {
      title: 'Environment',
      lines: [
        'ELEMENTS_DIR  folder of elements (diskimage_builder/elements, or elements where that is not there)',
        'LIB_DIR       a folder whose files are checked for tabs and the newline at the end (diskimage_builder/lib)',
      ],
    },
    { title: 'Exit codes', lines: ['0 and PASS as the last line, or 1 and *** FAIL'] },
  ],
  examples: [['ELEMENTS_DIR=elements dib-lint', 'check the elements below the current folder']],
  wrongUse: 1,
};

/** `dib-lint`: checks elements. @returns its exit code. */
export async function main(
  argv: readonly string[],
  _name?: string,
  io: CommandProcess = thisProcess(),
): Promise<number> {
  return runCommandLine(shape, { argv, io }, async (line) => {
    if (line.operands.length > 0)
      throw new WrongUse('it takes no names; ELEMENTS_DIR says where the elements are');
    const isJson = line.has('json');
    const say = (text: string) => void (isJson || io.stdout.write(`${text}\n`));
    const { cwd, environment } = io;
    const elementsDirectory = elementsDirectoryOf(io);
    const libraryDirectory = nonEmpty(environment['LIB_DIR']) ?? 'diskimage_builder/lib';
    say(`Running dib-lint in ${cwd}`);
    const problems: DibLintProblem[] = [];
    const onProblem = (problem: DibLintProblem) => {
      problems.push(problem);
      say(problemText(problem));
    };
    await lintFiles({ cwd, elementsDirectory, libraryDirectory, environment, say, onProblem });
    if (isJson) io.stdout.write(`${JSON.stringify({ pass: problems.length === 0, problems }, null, 2)}\n`);
    say(problems.length === 0 ? 'PASS' : '*** FAIL: Some tests failed!');
    return problems.length === 0 ? 0 : 1;
  });
}

function elementsDirectoryOf({ cwd, environment }: CommandProcess): string {
  const named = nonEmpty(environment['ELEMENTS_DIR']);
  const candidates = named === undefined ? ['diskimage_builder/elements', 'elements'] : [named];
  const found = candidates.find((directory) => existsSync(resolve(cwd, directory)));
  if (found === undefined)
    throw new WrongUse(`there is no folder ${candidates.join(' and none ')}; set ELEMENTS_DIR`);
  return found.replace(/(?<=.)\/+$/, '');
}

function problemText({ file, message, excerpt = [] }: DibLintProblem): string {
  return [`ERROR: ${file} ${message}`, ...excerpt].join('\n');
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
