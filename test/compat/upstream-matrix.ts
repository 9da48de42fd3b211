import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openTarTree } from '../../tools/cli/src/diff/open-tar-tree.ts';
import { debianEnvironment, runKiln, upstreamElements } from './peer.ts';

/** How upstream's elements are tried: most of them together, a few alone; the rest each as it is. */
interface MatrixPlan {
  readonly groups: Readonly<
    Record<
      string,
      { readonly arguments: readonly string[]; readonly environment: Readonly<Record<string, string>> }
    >
  >;
  readonly elements: Readonly<
    Record<
      string,
      {
        readonly group?: string;
        /** With these in an image of its own. */
        readonly alone?: readonly string[];
        /** disk-image-create, unless said. */
        readonly command?: string;
        readonly image?: 'tar' | 'qcow2' | 'none';
        /** Paths that are in the image because of the element. */
        readonly expect?: readonly string[];
        /** Files beside the image. */
        readonly 'hands-out'?: readonly string[];
      }
    >
  >;
}

type Answer = 'yes' | 'no';

/** One line of the table. */
interface Row {
  readonly resolves: Answer;
  readonly builds: Answer | 'not tried';
  readonly verified: Answer | '–';
  readonly remark: string;
}

const here = import.meta.dirname;
const plan = JSON.parse(readFileSync(join(here, 'upstream-elements.json'), 'utf8')) as MatrixPlan;
const document = join(here, '..', '..', 'docs', 'compatibility.md');

/**
 * Builds with each element of the host's diskimage-builder and writes into docs/compatibility.md what came of it.
 *
 *     node test/compat/upstream-matrix.ts <work folder> [store] [elements, comma-separated]
 *
 * Results are kept in the work folder as they come, so that a run that was ended goes on where it was.
 */
async function main([folder, store, only]: readonly string[]): Promise<void> {
  if (folder === undefined)
    throw new Error('usage: node test/compat/upstream-matrix.ts <work folder> [store]');
  const work = resolve(folder);
  mkdirSync(work, { recursive: true });
  const trial = {
    work,
    store: resolve(store ?? join(work, 'store')),
    environment: await prepareEnvironment(work),
  };
  const known = join(work, 'rows.json');
  const rows: Record<string, Row> = existsSync(known) ? JSON.parse(readFileSync(known, 'utf8')) : {};
  const keep = (more: Readonly<Record<string, Row>>): void => {
    Object.assign(rows, more);
    writeFileSync(known, JSON.stringify(rows, null, 2));
  };
  const names = readdirSync(upstreamElements).filter(
    (name) => name !== '__pycache__' && statSync(join(upstreamElements, name)).isDirectory(),
  );
  const wanted = only === undefined ? names : names.filter((name) => only.split(',').includes(name));
  for (const group of Object.keys(plan.groups)) {
    const members = wanted.filter((name) => plan.elements[name]?.group === group && rows[name] === undefined);
    if (members.length > 0) keep(await tryGroup(trial, group, members));
  }
  for (const name of wanted) if (rows[name] === undefined) keep({ [name]: await tryAlone(trial, name) });
  const untried: Record<string, Row> = {};
  for (const name of names) if (rows[name] === undefined) untried[name] = await resolveOnly(trial, name);
  writeTable(names, { ...rows, ...untried });
}

interface Trial {
  readonly work: string;
  readonly store: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Files that variables name. */
async function prepareEnvironment(work: string): Promise<Readonly<Record<string, string>>> {
  const environment = await debianEnvironment();
  const source = environment['DIB_APT_SOURCES_CONF']?.replace(/^default:/, '') ?? '';
  writeFileSync(join(work, 'sources.list'), `${source}\n`);
  writeFileSync(join(work, 'apt.conf'), 'APT::Get::Assume-Yes "true";\n');
  writeFileSync(join(work, 'manifest.json'), '{"packages": [{"package": "not-there", "version": "1"}]}\n');
  writeFileSync(join(work, 'thing.txt'), 'a thing\n');
  return environment;
}

/** Builds with all elements of a group; one that fails is told, left out, and the rest built on. */
async function tryGroup(
  trial: Trial,
  group: string,
  members: readonly string[],
): Promise<Record<string, Row>> {
  const rows: Record<string, Row> = {};
  const settings = plan.groups[group];
  if (settings === undefined) return rows;
  let left = members;
  for (;;) {
    const directory = join(trial.work, group);
    mkdirSync(directory, { recursive: true });
    const elements = [...new Set([...settings.arguments, ...left])];
    const environment = { ...trial.environment, ...withPaths(settings.environment, trial.work) };
    const args = ['-o', group, '-t', 'tar', ...elements];
    const run = await runKiln({
      args,
      directory,
      environment: { ...environment, OVERWRITE_OLD_IMAGE: '1' },
      store: trial.store,
    });
    writeFileSync(join(directory, 'log'), run.log);
    if (run.exitCode === 0) {
      const tree = await openTarTree(join(directory, `${group}.tar`));
      for (const name of left) rows[name] = verified(name, directory, new Set(tree.files.keys()));
      return rows;
    }
    const culprit = culpritOf(run.log, left);
    if (culprit === undefined)
      throw new Error(`${group} failed, and no element is named:\n${lastWords(run.log)}`);
    rows[culprit] = { resolves: 'yes', builds: 'no', verified: '–', remark: lastWords(run.log) };
    left = left.filter((name) => name !== culprit);
  }
}

function withPaths(environment: Readonly<Record<string, string>>, work: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/^@/, `${work}/`)]),
  );
}

function culpritOf(log: string, names: readonly string[]): string | undefined {
  const named = [...log.matchAll(/of element '([^']+)' failed/g)].map(([, name]) => name ?? '');
  return names.find((name) => named.includes(name));
}

function verified(name: string, directory: string, paths: ReadonlySet<string>): Row {
  const { expect = [], 'hands-out': handedOut = [] } = plan.elements[name] ?? {};
  const missing = [
    ...expect.filter((path) => !paths.has(path)),
    ...handedOut.filter((file) => !existsSync(join(directory, file))),
  ];
  const isChecked = expect.length + handedOut.length > 0;
  return {
    resolves: 'yes',
    builds: 'yes',
    verified: missing.length > 0 ? 'no' : isChecked ? 'yes' : '–',
    remark: missing.length > 0 ? `lacks ${missing.join(', ')}` : '',
  };
}

/** For elements that a run was not asked for. */
async function resolveOnly({ work, store }: Trial, name: string): Promise<Row> {
  const run = await runKiln({ command: 'element-info', args: argumentsOf(name), directory: work, store });
  const resolves = run.exitCode === 0 ? 'yes' : 'no';
  return {
    resolves,
    builds: 'not tried',
    verified: '–',
    remark: run.exitCode === 0 ? '' : lastWords(run.log),
  };
}

const longestMs = 600_000;

async function tryAlone(trial: Trial, name: string): Promise<Row> {
  const { command, image = 'tar' } = plan.elements[name] ?? {};
  const arguments_ = argumentsOf(name);
  const directory = join(trial.work, 'alone', name);
  mkdirSync(directory, { recursive: true });
  const type = image === 'none' ? 'tar' : image;
  const environment = {
    ...trial.environment,
    ...(arguments_.includes('debian-minimal')
      ? {}
      : { DIB_RELEASE: '', DIB_DISTRIBUTION_MIRROR: '', DIB_APT_SOURCES_CONF: '' }),
    DIB_PYTHON_VERSION: '3',
    DIB_INSTALLTYPE_pip_and_virtualenv: 'package',
    OVERWRITE_OLD_IMAGE: '1',
  };
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const run = await Promise.race([
    runKiln({
      ...(command && { command }),
      args: ['-o', name, ...(command === undefined ? ['-t', type] : []), ...arguments_],
      directory,
      environment: set,
      store: trial.store,
    }),
    new Promise<undefined>((settle) => setTimeout(settle, longestMs, undefined).unref()),
  ]);
  if (run === undefined) return { resolves: 'yes', builds: 'no', verified: '–', remark: 'took too long' };
  writeFileSync(join(directory, 'log'), run.log);
  const resolves = /^.*Expanded element dependencies to: /m.test(run.log) ? 'yes' : 'no';
  if (run.exitCode !== 0) return { resolves, builds: 'no', verified: '–', remark: lastWords(run.log) };
  const tree = join(directory, `${name}.tar`);
  const paths = existsSync(tree) ? [...(await openTarTree(tree)).files.keys()] : [];
  return verified(name, directory, new Set(paths));
}

/** The elements of an image of its own. */
function argumentsOf(name: string): readonly string[] {
  const isSystem = readNames(name, 'element-provides').includes('operating-system');
  return plan.elements[name]?.alone ?? (isSystem ? [name] : ['debian-minimal', name]);
}

function readNames(element: string, file: string): readonly string[] {
  const path = join(upstreamElements, element, file);
  return existsSync(path) ? readFileSync(path, 'utf8').split(/\s+/).filter(Boolean) : [];
}

/** The line of a log that says best why it ended so. */
function lastWords(log: string): string {
  const lines = log
    .split('\n')
    .map((line) =>
      line
        .replace(/^\S+ \S+ \| /, '')
        .replace(/^.*\r/, '')
        .replace(/^\s*\| /, '')
        // curl's meter stands before what it says.
        .replace(/^[\d\s:.-]+(?=curl: )/, '')
        .trim(),
    )
    .filter((line) => line !== '' && !/^(?:=|whole log|warning\[)/.test(line));
  const told = lines.filter((line) => telling.test(line));
  const words = told.findLast((line) => !line.startsWith('error[')) ?? told.at(-1) ?? lines.at(-1) ?? '';
  return words
    .replaceAll('|', '\\|')
    .replaceAll(/\b(?:https?:\/\/)?[\w.-]+\.(?:org|com|net|io)\b\S*/g, '(a host)')
    .slice(0, 160);
}

const telling =
  /Could not resolve|Unable to locate|not found|not set|unbound variable|There is a duplicated|already provided|Please include|No such file|E: |error/i;

const begin = '<!-- elements: written by test/compat/upstream-matrix.ts -->';
const end = '<!-- end of elements -->';

function writeTable(names: readonly string[], rows: Readonly<Record<string, Row>>): void {
  const text = readFileSync(document, 'utf8');
  const [before, rest] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))];
  if (!text.includes(begin) || !text.includes(end)) throw new Error(`${document} has no place for the table`);
  const done = names.flatMap((name) => (rows[name] === undefined ? [] : [{ name, ...rows[name] }]));
  const count = (key: 'resolves' | 'builds' | 'verified'): number =>
    done.filter((row) => row[key] === 'yes').length;
  const lines = [
    begin,
    '',
    `Of ${names.length} elements, ${count('resolves')} resolve, ${count('builds')} build, and of ${count('verified')} it was verified that what they are for is in the image.`,
    '',
    '| element | resolves | builds | verified | why not |',
    '|---|---|---|---|---|',
    ...done.map(
      (row) => `| ${row.name} | ${row.resolves} | ${row.builds} | ${row.verified} | ${row.remark} |`,
    ),
    '',
  ];
  writeFileSync(document, `${before}${lines.join('\n')}${rest}`);
}

await main(process.argv.slice(2));
