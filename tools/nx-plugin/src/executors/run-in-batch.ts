import { availableParallelism } from 'node:os';
import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import type { ShowOptions } from '@kiln/cli/app/run-reported.ts';
import { mapLimited } from '@kiln/engine/util/map-limited.ts';
import type { ImageOptions } from './image-options.ts';

/** One task as Nx's other executors have it, except that it is told where to show what happens. */
export type ImageTask = (
  options: ImageOptions,
  context: ExecutorContext,
  streams?: ShowOptions['streams'],
) => Promise<{ readonly success: boolean }>;

/** What Nx is told of a task of a batch. */
export interface TaskResult {
  readonly task: string;
  readonly result: {
    readonly success: boolean;
    readonly status?: 'skipped';
    readonly terminalOutput: string;
    readonly startTime?: number;
    readonly endTime?: number;
  };
}

/**
 * Runs tasks of Nx in one process: the chain of each image in order, several images at once.
 *
 * Of one image, what passes is shown at once, and what lasts is its task's output; of several, all is, so that the lines of each come
 * together. After a failure the rest of the chain is skipped.
 */
export async function* runInBatch(
  run: ImageTask,
  { tasks, dependencies }: TaskGraph,
  options: Readonly<Record<string, ImageOptions>>,
  context: ExecutorContext,
): AsyncGenerator<TaskResult> {
  // Nx's own doing, for whatever it runs in this way; people write 1.
  if (process.env['FORCE_COLOR'] === 'true') delete process.env['FORCE_COLOR'];
  const chains = Object.values(Object.groupBy(Object.keys(tasks), (id) => options[id]?.output ?? ''));
  const isAlone = chains.length === 1;
  const done: TaskResult[] = [];
  let wake = (): void => {};
  const tell = (result: TaskResult): void => {
    done.push(result);
    wake();
  };
  const runChain = async (ids: readonly string[]): Promise<void> => {
    let failed = false;
    for (const id of inOrder(ids, dependencies)) {
      if (failed) {
        tell({ task: id, result: { success: false, status: 'skipped', terminalOutput: '' } });
        continue;
      }
      const lines: string[] = [];
      const keep = { write: (text: string) => lines.push(text) };
      const streams = { passing: isAlone ? process.stderr : keep, lasting: keep };
      const startTime = Date.now();
      const { success } = await run(options[id] ?? { image: '' }, context, streams);
      failed = !success;
      tell({ task: id, result: { success, terminalOutput: lines.join(''), startTime, endTime: Date.now() } });
    }
  };
  let ended = false;
  const all = mapLimited(chains, availableParallelism(), (ids) => runChain(ids ?? [])).finally(() => {
    ended = true;
    wake();
  });
  while (!ended || done.length > 0) {
    const next = done.shift();
    if (next === undefined) await new Promise<void>((resolve) => (wake = resolve));
    else yield next;
  }
  await all;
}

/** The steps of an image form a chain, so an order is there to be found. */
function inOrder(ids: readonly string[], dependencies: TaskGraph['dependencies']): readonly string[] {
  const sorted: string[] = [];
  const visit = (id: string): void => {
    if (sorted.includes(id) || !ids.includes(id)) return;
    for (const before of dependencies[id] ?? []) visit(typeof before === 'string' ? before : before.id);
    sorted.push(id);
  };
  ids.forEach(visit);
  return sorted;
}
