import { resolve } from 'node:path';
import type { CommandShape } from '../command/command-shape.ts';
import { type CommandProcess, runCommandLine, thisProcess, WrongUse } from '../command/run-command-line.ts';
import { findScripts, findSnippets, isFolder } from './find-scripts.ts';
import { profilingTable } from './profiling-table.ts';
import { runScripts } from './run-scripts.ts';

const shape: CommandShape = {
  name: 'dib-run-parts',
  summary: 'Runs the scripts of a folder one after the other, and stops at the first that fails.',
  usage: ['[--list] DIR'],
  options: [
    {
      origin: 'upstream',
      long: 'list',
      text: 'print the paths of the scripts in the order in which they would run, and run none',
    },
  ],
  sections: [
    {
      title: 'Which files run',
      lines: [
        'Executable files directly in DIR, and links to such, whose names hold letters, digits, - and _ only (so no dot),',
        'by the number that the name begins with, and by its bytes where the numbers are equal.',
        'Before them, bash sources the files of DIR/../environment.d, in the order of the bytes of their names,',
        "with 'set -eu -o pipefail'; what they export, the scripts see.",
      ],
    },
    {
      title: 'Environment',
      lines: [
        'RUN_PARTS_REGEX  extended regular expression for names, instead of ^[0-9A-Za-z_-]+$',
        'DIB_DEBUG_TRACE  above 0: tell which files of DIR do not run',
      ],
    },
    { title: 'Exit codes', lines: ['0 done, 1 wrong use, else the status of the script that failed'] },
  ],
  examples: [
    ['dib-run-parts --list elements/base/install.d', 'the order'],
    ['dib-run-parts hooks/install.d', 'the run, with a table of times at its end'],
  ],
  wrongUse: 1,
};

/** `dib-run-parts`: runs a folder of scripts. @returns its exit code. */
export async function main(
  argv: readonly string[],
  _name?: string,
  io: CommandProcess = thisProcess(),
): Promise<number> {
  return runCommandLine(shape, { argv, io }, async (line) => {
    const [directory = ''] = line.operands;
    const say = (text: string) => io.stderr.write(`${shape.name} ${text}\n`);
    if (!isFolder(resolve(io.cwd, directory)) || directory === '')
      throw new WrongUse(`Scripts directory [${directory}] must exist and be a directory`);
    const pattern = io.environment['RUN_PARTS_REGEX'];
    const found = await findScripts(resolve(io.cwd, directory), pattern === '' ? undefined : pattern);
    if (line.has('list')) {
      io.stdout.write(found.scripts.map((name) => `${directory}/${name}\n`).join(''));
      return 0;
    }
    if (Number(io.environment['DIB_DEBUG_TRACE'] ?? 0) > 0) {
      if (found.notExecutable.length > 0)
        say(`Ignoring non-executable files: ${found.notExecutable.join(' ')}`);
      if (found.illNamed.length > 0) say(`Ignoring non-conforming filenames: ${found.illNamed.join(' ')}`);
    }
    const beside = `${directory}/../environment.d`;
    const snippets = findSnippets(resolve(io.cwd, beside)).map((name) => `${beside}/${name}`);
    const { exitCode, timings } = await runScripts({ directory, snippets, scripts: found.scripts }, io);
    if (exitCode === 0) for (const text of profilingTable(directory, timings)) say(text);
    return exitCode;
  });
}
