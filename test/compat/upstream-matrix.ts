import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { readMatrixPlan, type Attempt, type ElementPlan } from './matrix-plan.ts';
import { lastTraced, lastWords, readRows, writeMatrix, type MatrixRow } from './matrix-row.ts';
import { debianEnvironment, runKiln, upstreamElements } from './peer.ts';
import { lookAtOutputs, verifiedRow } from './verify-element.ts';

const plan = readMatrixPlan();

/**
 * Builds with each element of the host's diskimage-builder and writes into docs/compatibility.md what came of it.
 *
 *     node test/compat/upstream-matrix.ts <work folder> [store] [elements, comma-separated]
 *
 * Results are kept in the work folder as they come, so that a run that was ended goes on where it was.
 */
async function main([folder, store, only]: readonly string[]): Promise<void> {
  if (folder === undefined)
    throw new Error('usage: node test/compat/upstream-matrix.ts <work folder> [store] [elements]');
  const work = resolve(folder);
  mkdirSync(work, { recursive: true });
  const trial = {
    work,
    store: resolve(store ?? join(work, 'store')),
    environment: await prepareEnvironment(work),
  };
  const known = join(work, 'rows.json');
  const rows = readRows(known);
  const keep = (more: Readonly<Record<string, MatrixRow>>): void => {
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
  const untried: Record<string, MatrixRow> = {};
  for (const name of names) if (rows[name] === undefined) untried[name] = await resolveOnly(trial, name);
  writeMatrix(names, { ...rows, ...untried });
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
  const container = join(work, 'container');
  mkdirSync(container, { recursive: true });
  writeFileSync(join(container, 'Containerfile'), 'FROM scratch\nADD system.tar /\n');
  await runCommand({ file: 'bash', args: ['-c', packShell], cwd: container });
  return environment;
}

/** The host's shell with its libraries: a container that needs no registry. */
const packShell = `set -eu
root=$(mktemp -d)
mkdir -p "$root/srv" "$root/bin"
echo packed >"$root/srv/from-a-container"
cp -L /bin/sh "$root/bin/sh"
ldd /bin/sh | grep -o '/[^ ]*' | xargs cp -L --parents -t "$root"
tar -C "$root" -cf system.tar .
rm -r "$root"`;

/** Builds with all elements of a group; one that fails is told, left out, and the rest built on. */
async function tryGroup(
  trial: Trial,
  group: string,
  members: readonly string[],
): Promise<Record<string, MatrixRow>> {
  const rows: Record<string, MatrixRow> = {};
  const settings = plan.groups[group];
  if (settings === undefined) return rows;
  let left = members;
  while (left.length > 0) {
    const directory = join(trial.work, group);
    const names = [...new Set([...settings.arguments, ...left])];
    const run = await build(trial, settings, { directory, name: group, arguments: names });
    if (run.exitCode === 0) {
      const built = await lookAtOutputs(directory, group, run.log);
      for (const name of left) rows[name] = await verifiedRow(plan.elements[name] ?? {}, built);
      removeImages(directory, group);
      return rows;
    }
    const culprit = culpritOf(run.log, left);
    if (culprit === undefined)
      throw new Error(`${group} failed, and no element is named:\n${lastWords(run.log)}`);
    rows[culprit] = { resolves: 'yes', builds: 'no', verified: '–', remark: lastWords(run.log) };
    left = left.filter((name) => name !== culprit);
  }
  return rows;
}

const longestMs = 1_200_000;

/** Builds one image; its log stands beside it. */
async function build(
  { work, store, environment }: Trial,
  attempt: Attempt & { readonly command?: string },
  image: { readonly directory: string; readonly name: string; readonly arguments: readonly string[] },
): Promise<{ readonly exitCode: number | undefined; readonly log: string }> {
  const { directory, name } = image;
  const { command, types = ['tar'], release } = attempt;
  const isDebian = image.arguments.includes('debian-minimal');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const run = await runKiln({
    ...(command && { command }),
    args: ['-o', name, ...(command === undefined ? ['-t', types.join()] : []), ...image.arguments],
    directory,
    environment: {
      ...(isDebian ? environment : {}),
      ...(release && { DIB_RELEASE: release }),
      DIB_PYTHON_VERSION: '3',
      DIB_INSTALLTYPE_pip_and_virtualenv: 'package',
      OVERWRITE_OLD_IMAGE: '1',
      ...withPaths(attempt.environment ?? {}, work),
    },
    store,
    timeoutMs: longestMs,
  });
  writeFileSync(join(directory, 'log'), run.log);
  // No element's fault: such a row would say nothing.
  if (/this is a bug in Kiln|ERR_MODULE_NOT_FOUND/.test(run.log)) throw new Error(lastWords(run.log));
  return run;
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

/** For elements that a run was not asked for. */
async function resolveOnly({ work, store }: Trial, name: string): Promise<MatrixRow> {
  const run = await runKiln({
    command: 'element-info',
    args: elementsIn(argumentsOf(name)),
    directory: work,
    store,
  });
  const resolves = run.exitCode === 0 ? 'yes' : 'no';
  return {
    resolves,
    builds: 'not tried',
    verified: '–',
    remark: run.exitCode === 0 ? '' : lastWords(run.log),
  };
}

/** Without options of disk-image-create: `-n`, `-p PACKAGES`. */
function elementsIn(arguments_: readonly string[]): readonly string[] {
  return arguments_.filter((word, index) => !word.startsWith('-') && arguments_[index - 1] !== '-p');
}

async function tryAlone(trial: Trial, name: string): Promise<MatrixRow> {
  const settings = plan.elements[name] ?? {};
  const directory = join(trial.work, 'alone', name);
  const run = await build(trial, settings, { directory, name, arguments: argumentsOf(name) });
  const resolves = /^.*Expanded element dependencies to: /m.test(run.log) ? 'yes' : 'no';
  if (run.exitCode !== 0) {
    const remark = await whyFailed(trial, settings, { directory, name, log: run.log });
    return { resolves, builds: 'no', verified: '–', remark };
  }
  const row = await verifiedRow(settings, await lookAtOutputs(directory, name, run.log));
  removeImages(directory, name);
  return row;
}

/** What a hook said when it failed; of one that said nothing, what it did last, by a second run that is traced. */
async function whyFailed(
  trial: Trial,
  settings: ElementPlan,
  { directory, name, log }: { readonly directory: string; readonly name: string; readonly log: string },
): Promise<string> {
  const words = lastWords(log);
  if (!words.startsWith('error[hook-failed]')) return words;
  const again = await build(trial, settings, {
    directory,
    name,
    arguments: ['-x', ...argumentsOf(name)],
  });
  return lastTraced(again.log) ?? words;
}

/** A hundred images are more than a disk may hold; what was made beside them stays. */
function removeImages(directory: string, name: string): void {
  for (const type of ['tar', 'qcow2']) rmSync(join(directory, `${name}.${type}`), { force: true });
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

await main(process.argv.slice(2));
