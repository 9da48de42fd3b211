import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import type { ImageArtifact } from '@kiln/engine/execute/artifacts/ensure-artifacts.ts';
import type { StepState } from '@kiln/engine/execute/steps/ensure-steps.ts';
import { directoryReader } from '../disk/directory-reader.ts';
import { type DiskTree, openTree } from '../disk/open-tree.ts';
import { runCheck } from '../verify/check.ts';
import { createDeclaredCheck } from '../verify/declared/create-declared-check.ts';
import { parseVerifyFile } from '../verify/declared/parse-verify-file.ts';
import { noExpectations } from '../verify/expectations.ts';
import { outputOf } from './explain-run.ts';
import { callsFile } from './fixture-commands.ts';
import { observedFile } from './write-run.ts';

/** The files that an element left; paths are absolute, links are followed inside the tree. */
export interface BuiltTree {
  /** Text of a file; undefined where there is none. */
  readonly read: (path: string) => Promise<string | undefined>;
  /** Permission bits as people write them: '0644'. Undefined where there is no such file. */
  readonly mode: (path: string) => Promise<string | undefined>;
  /** `user:group`, by number. */
  readonly owner: (path: string) => Promise<string | undefined>;
  /** Whether the path leads to something. A link that dangles counts. */
  readonly exists: (path: string) => Promise<boolean>;
  /** Names in a folder, in byte order; none where it is no folder. */
  readonly list: (path: string) => Promise<readonly string[]>;
  /** Target of a symbolic link as written. */
  readonly link: (path: string) => Promise<string | undefined>;
}

/** What came of a run that ended well. */
export interface BuiltElement {
  readonly tree: BuiltTree;
  /** Hooks that are part of the result, in the order in which they ran: `install.d/10-web`. */
  readonly hooks: readonly string[];
  readonly ran: (hook: string) => boolean;
  /** How a program inside the tree was called, a line a call: `systemctl enable web.service`. Of all, without a name. */
  readonly calls: (program?: string) => Promise<readonly string[]>;
  /** Values of the variables that were to be observed. */
  readonly variables: Readonly<Record<string, string>>;
  /** Lines that hooks printed. Empty where the result was there from an earlier run; `afresh` makes sure that it was not. */
  readonly output: string;
  /** A file that a host hook handed out. */
  readonly handedOut: (path: string) => Promise<string | undefined>;
  /** What was made in the formats that were asked for. */
  readonly artifacts: readonly ImageArtifact[];
  /**
   * Which checks of the element's `verify.yaml` fail, with what is wrong; those of which `when` does not hold count as passed, and
   * so do those of a kernel, its modules and its command line, where the tree has none.
   */
  readonly failedChecks: () => Promise<readonly string[]>;
}

/** What a run left on disk. */
export interface BuiltPlaces {
  readonly tree: string;
  readonly outputs: string;
  /** Folder of the element under test. */
  readonly element: string;
}

export async function builtElement(
  places: BuiltPlaces,
  steps: readonly StepState[],
  { events, environment, artifacts }: BuiltFacts,
): Promise<BuiltElement> {
  const tree = openTree(directoryReader(places.tree));
  const hooks = steps.flatMap(({ chain }) => chain.links.map(({ hook }) => hook.path));
  const observed = (await tree.readText(observedFile)) ?? '';
  const variables = Object.fromEntries(
    observed.split('\0').flatMap((line) => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(line) ?? [];
      return name === undefined ? [] : [[name, value ?? ''] as const];
    }),
  );
  return {
    tree: builtTree(tree),
    hooks,
    ran: (hook) => hooks.includes(hook),
    variables,
    artifacts,
    output: outputOf(events),
    calls: async (program) => {
      const lines = ((await tree.readText(callsFile)) ?? '').split('\n').filter((line) => line !== '');
      return program === undefined ? lines : lines.filter((line) => line.split(' ')[0] === program);
    },
    handedOut: (path) => readFile(join(places.outputs, path), 'utf8').catch(() => undefined),
    failedChecks: () => failedChecks(places.element, tree, environment),
  };
}

/** What is known of a run beside its results. */
export interface BuiltFacts {
  readonly events: readonly BuildEvent[];
  readonly environment: Readonly<Record<string, string>>;
  readonly artifacts: readonly ImageArtifact[];
}

function builtTree(tree: DiskTree): BuiltTree {
  return {
    read: tree.readText,
    mode: async (path) => (await tree.statTarget(path))?.mode.toString(8).padStart(4, '0'),
    owner: async (path) => {
      const found = await tree.stat(path);
      return found && `${found.uid}:${found.gid}`;
    },
    exists: async (path) => (await tree.stat(path)) !== undefined,
    list: async (path) => (await tree.list(path)) ?? [],
    link: tree.readLink,
  };
}

async function failedChecks(
  directory: string,
  tree: DiskTree,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const file = join(directory, 'verify.yaml');
  if (!existsSync(file)) throw new Error(`${file}: there is none`);
  const map = join(directory, 'pkg-map');
  const packageMap = existsSync(map) ? readFileSync(map, 'utf8') : undefined;
  const text = readFileSync(file, 'utf8');
  const parsed = parseVerifyFile({ element: 'element', file, text, packageMap });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failures, null, 2));
  const subject = { tree, disk: undefined, expectations: { ...noExpectations, environment } };
  const hasKernel = await tree.exists('/lib/modules');
  const ofKernel: ReadonlySet<string> = new Set(['kernel-module', 'command-line']);
  const checks = parsed.value.filter(({ question }) => hasKernel || !ofKernel.has(question.kind));
  const results = await Promise.all(checks.map((check) => runCheck(createDeclaredCheck(check), subject)));
  return results.flatMap(({ status, title, detail }) => (status === 'fail' ? [`${title}: ${detail}`] : []));
}
