import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  dataRules,
  type DibLintRule,
  fileExclusions,
  formRules,
  listLintFiles,
  markdownRule,
  type NamedLintFile,
  packageMapRule,
  isPython,
  readmeRule,
  readNamedLintFile,
  scriptRules,
  toxExclusions,
  yamlRule,
} from '@kiln/element-lint';
import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { checkPython } from './check-python.ts';
import type { LintRun } from './lint-run.ts';

/** Documents and data have rules of their own; `.py` files are for flake8 alone. */
const notScripts = /\.(rst|yaml|py)$/;

/** Checks all elements of a folder as `dib-lint` does. */
export async function lintFiles(run: LintRun): Promise<void> {
  const tox = join(run.cwd, 'tox.ini');
  const everywhere = existsSync(tox) ? toxExclusions(readFileSync(tox, 'utf8')) : new Set<string>();
  const files = await readAll(run, run.elementsDirectory);
  const library = await readAll(run, run.libraryDirectory);
  const apply = (named: NamedLintFile, rules: readonly DibLintRule[]): void => {
    const here = fileExclusions(named.file.text ?? '');
    for (const rule of rules) {
      if (everywhere.has(rule.name) || here.has(rule.name)) continue;
      for (const remark of rule.check(named.file))
        run.onProblem({ ...remark, rule: rule.name, file: named.shown });
    }
  };
  if (!everywhere.has(readmeRule.name)) checkReadmes(run);
  for (const named of files.filter(({ shown }) => !notScripts.test(shown))) {
    run.say(`Checking ${named.shown}`);
    apply(named, dataRules);
    apply(named, scriptRules);
  }
  await checkPython(
    files.filter(({ shown, file }) => !notScripts.test(shown) && isPython(file)),
    run,
  );
  run.say('Checking indents...');
  const formed = files.filter(({ shown, file }) => shown.endsWith('.rst') || file.isExecutable);
  for (const named of [...formed, ...library]) apply(named, formRules);
  const documents = files.map(({ shown }) => shown).filter((shown) => shown.endsWith('.md'));
  if (documents.length > 0 && !everywhere.has(markdownRule.name))
    run.onProblem({
      rule: markdownRule.name,
      file: documents.join(' '),
      message: ': .md docs, where .rst is wanted',
    });
  run.say('Checking YAML parsing...');
  for (const named of files.filter(({ shown }) => shown.endsWith('.yaml'))) apply(named, [yamlRule]);
  run.say('Checking pkg-map files...');
  for (const named of files.filter(({ file }) => file.name === 'pkg-map' && !file.isExecutable))
    apply(named, [packageMapRule]);
}

function checkReadmes(run: LintRun): void {
  const directory = resolve(run.cwd, run.elementsDirectory);
  const names = readdirSync(directory).filter((name) => name !== '__pycache__');
  for (const name of names.toSorted(byteOrder)) {
    const folder = join(directory, name);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory() || existsSync(join(folder, 'README.rst')))
      continue;
    run.onProblem({
      rule: readmeRule.name,
      file: `${run.elementsDirectory}/${name}`,
      message: 'lacks a README.rst',
    });
  }
}

/** The files of a folder that git does not ignore. */
async function readAll(run: LintRun, shown: string): Promise<readonly NamedLintFile[]> {
  const directory = resolve(run.cwd, shown);
  const paths = await listLintFiles(directory);
  const ignored = await ignoredByGit(directory, paths);
  for (const path of paths) if (ignored.has(path)) run.say(`Skipping ${shown}/${path}`);
  const kept = paths.filter((path) => !ignored.has(path));
  return Promise.all(kept.map((path) => readNamedLintFile(directory, path, shown)));
}

/** Empty where the folder is in no repository, or there is no git. */
async function ignoredByGit(directory: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const input = paths.map((path) => `${path}\0`).join('');
  const { stdout } = await runCommand({
    file: 'git',
    args: ['check-ignore', '-z', '--stdin'],
    cwd: directory,
    input,
  });
  return new Set(stdout.split('\0'));
}
