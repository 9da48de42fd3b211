import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { hookOrder, isHookName } from '@kiln/engine/elements/order-hooks.ts';
import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import { runCommand } from '@kiln/engine/util/run-command.ts';

/** What lies directly in a folder of scripts; files and links to files, by name. */
export interface FoundScripts {
  /** In the order in which they run. */
  readonly scripts: readonly string[];
  readonly notExecutable: readonly string[];
  /** Executable, but of a name that says that they are not meant. */
  readonly illNamed: readonly string[];
}

/**
 * Finds the scripts that `dib-run-parts` would run.
 *
 * @param pattern an extended regular expression (POSIX.1-2017, 9.4) that names must match; undefined: letters, digits, `_`, `-`.
 */
export async function findScripts(directory: string, pattern: string | undefined): Promise<FoundScripts> {
  const files = filesIn(directory);
  const executable = files.filter((name) => isExecutable(join(directory, name)));
  const matching = new Set(
    pattern === undefined ? executable.filter(isHookName) : await matchingNames(executable, pattern),
  );
  return {
    scripts: executable.filter((name) => matching.has(name)).toSorted(hookOrder),
    notExecutable: files.filter((name) => !executable.includes(name)),
    illNamed: executable.filter((name) => !matching.has(name)),
  };
}

/** Names of the files of `environment.d` in the order in which they are sourced. */
export function findSnippets(directory: string): readonly string[] {
  return filesIn(directory).filter((name) => /^[0-9A-Za-z_.-]+$/.test(name));
}

/** Whether a path leads to a folder. */
export function isFolder(path: string): boolean {
  return path !== '' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function filesIn(directory: string): readonly string[] {
  if (!isFolder(directory)) return [];
  const isFile = (name: string) =>
    statSync(join(directory, name), { throwIfNoEntry: false })?.isFile() ?? false;
  return readdirSync(directory).filter(isFile).toSorted(byteOrder);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** JavaScript's expressions differ from POSIX's in classes such as `[[:alnum:]]`, so grep decides. */
async function matchingNames(names: readonly string[], pattern: string): Promise<readonly string[]> {
  const input = names.map((name) => `${name}\n`).join('');
  const found = await runCommand({ file: 'grep', args: ['-E', '-e', pattern], input });
  if ((found.exitCode ?? 2) > 1)
    fail({
      code: 'option-value-wrong',
      option: 'RUN_PARTS_REGEX',
      value: pattern,
      expected: 'an extended regular expression',
    });
  return found.stdout.split('\n');
}
