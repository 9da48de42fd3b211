import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hostPath } from '@kiln/engine/util/run-command.ts';
import { openRig, type Rig } from './open-rig.ts';

/** How a command of Nx ended, and what it did: for each task whether Nx had its result. */
export interface NxRun {
  readonly exitCode: number;
  /** Both outputs. */
  readonly output: string;
  /** By task (`box:install`), in the order in which they ended. */
  readonly tasks: Readonly<Record<string, 'hit' | 'miss'>>;
}

/** A rig that is an Nx workspace of its own as well, with a git history. */
export interface NxRig extends Rig {
  readonly nx: (args: readonly string[], environment?: Readonly<Record<string, string>>) => Promise<NxRun>;
  /** Commits everything. */
  readonly commit: () => Promise<void>;
  /** Tasks that `nx affected -t <target>` would run for what the last commit changed. */
  readonly affected: (target: string) => Promise<readonly string[]>;
}

/** Opens an Nx workspace with the plugin and settings of this one, and with caches of its own. */
export async function openNxRig(): Promise<NxRig> {
  const rig = await openRig();
  const workspace = join(import.meta.dirname, '../../../..');
  const settings = JSON.parse(await readFile(join(workspace, 'nx.json'), 'utf8')) as object;
  await rig.write('nx.json', JSON.stringify({ ...settings, cacheDirectory: '.nx/own-cache' }));
  await rig.write('package.json', '{ "name": "rig", "private": true }\n');
  await rig.write('.gitignore', 'node_modules\n.nx\ndist\nstore\ngraph.json\n');
  await symlink(join(workspace, 'node_modules'), join(rig.root, 'node_modules'));
  const run = (file: string, args: readonly string[], extra: Readonly<Record<string, string>> = {}) =>
    runIn(rig.root, { file, args, environment: { ...plainEnvironment(rig), ...extra } });
  const git = async (...args: readonly string[]): Promise<void> => {
    const { exitCode, output } = await run('git', args);
    if (exitCode !== 0) throw new Error(output);
  };
  await git('init', '-q', '-b', 'main');
  const script = join(workspace, 'node_modules/nx/dist/bin/nx.js');
  const nx: NxRig['nx'] = async (args, environment) => {
    await rig.remove('.nx/own-cache/run.json');
    const { exitCode, output } = await run(process.execPath, [script, ...args], environment);
    return { exitCode, output, tasks: await readTasks(join(rig.root, '.nx/own-cache/run.json')) };
  };
  return {
    ...rig,
    nx,
    commit: async () => {
      await git('add', '.');
      await git('commit', '-qm', 'change');
    },
    affected: async (target) => {
      const { exitCode, output } = await nx([
        'affected',
        '-t',
        target,
        '--base=HEAD~1',
        '--graph=graph.json',
      ]);
      if (exitCode !== 0) throw new Error(output);
      const graph = JSON.parse(await readFile(join(rig.root, 'graph.json'), 'utf8')) as {
        readonly tasks?: { readonly tasks?: Readonly<Record<string, unknown>> };
      };
      return Object.keys(graph.tasks?.tasks ?? {}).toSorted();
    },
  };
}

function plainEnvironment(rig: Rig): Record<string, string> {
  return {
    PATH: hostPath,
    HOME: rig.root,
    KILN_STORE: rig.store,
    NX_DAEMON: 'false',
    NX_ISOLATE_PLUGINS: 'false',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'rig',
    GIT_AUTHOR_EMAIL: 'rig@example.invalid',
    GIT_COMMITTER_NAME: 'rig',
    GIT_COMMITTER_EMAIL: 'rig@example.invalid',
  };
}

interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

function runIn(
  cwd: string,
  { file, args, environment }: Invocation,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(file, [...args], { cwd, env: environment, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 70;
      resolve({ exitCode, output: stdout + stderr });
    });
  });
}

/** From the summary that Nx leaves in its cache directory. None where Nx ran no task. */
async function readTasks(file: string): Promise<NxRun['tasks']> {
  const text = await readFile(file, 'utf8').catch(() => '{ "tasks": [] }');
  const { tasks } = JSON.parse(text) as {
    readonly tasks: readonly { readonly taskId: string; readonly cacheStatus: string }[];
  };
  return Object.fromEntries(
    tasks.map(({ taskId, cacheStatus }) => [taskId, cacheStatus === 'cache-miss' ? 'miss' : 'hit']),
  );
}
