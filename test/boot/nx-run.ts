import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** The workspace under test: this repository. */
export const workspaceRoot = join(import.meta.dirname, '../..');

/** A store of the tests' own, so that they build from nothing on a fresh clone and disturb no user's. */
export const testStore = join(workspaceRoot, 'dist/test-store');

/** How a command of Nx ended, and what Nx noted of its tasks. */
export interface NxRun {
  readonly exitCode: number | undefined;
  readonly output: string;
  /** Cache status by task: 'local-cache-hit', 'cache-miss', … */
  readonly tasks: Readonly<Record<string, string>>;
}

/** Runs `nx run <target>` as a user would in CI. */
export async function nxRun(target: string, options: readonly string[] = []): Promise<NxRun> {
  const result = await execa('npx', ['nx', 'run', target, ...options], {
    cwd: workspaceRoot,
    env: { CI: 'true', NX_DAEMON: 'false', KILN_STORE: testStore, ELEMENTS_PATH: '' },
    reject: false,
    all: true,
  });
  return { exitCode: result.exitCode, output: result.all, tasks: readTasks() };
}

function readTasks(): Readonly<Record<string, string>> {
  const file = join(workspaceRoot, '.nx/cache/run.json');
  const { tasks } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly tasks: readonly { readonly taskId: string; readonly cacheStatus: string }[];
  };
  return Object.fromEntries(tasks.map((task) => [task.taskId, task.cacheStatus]));
}
