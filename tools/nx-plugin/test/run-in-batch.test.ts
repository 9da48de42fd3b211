import { expect, test } from 'vitest';
import { type ImageTask, runInBatch } from '../src/executors/run-in-batch.ts';

const graph = {
  tasks: { 'box:install': {}, 'box:root': {}, 'tin:root': {} },
  dependencies: { 'box:install': [{ id: 'box:root' }], 'box:root': [], 'tin:root': [{ id: 'elsewhere' }] },
} as never;
const options = {
  'box:install': { image: 'box', output: 'box', step: 'install' },
  'box:root': { image: 'box', output: 'box', step: 'root' },
  'tin:root': { image: 'tin', output: 'tin', step: 'root' },
};

async function resultsOf(task: ImageTask) {
  const results = await Array.fromAsync(runInBatch(task, graph, options, {} as never));
  return results.map(({ task: id, result: { success, status, terminalOutput } }) => ({
    id,
    said: status ?? (success ? terminalOutput : 'failed'),
  }));
}

test('the steps of an image run in order, and each is told with what it said', async () => {
  const results = await resultsOf(async ({ image, step }, _context, streams) => {
    await new Promise((resolve) => setImmediate(resolve));
    streams?.passing.write('runs, ');
    streams?.lasting.write(`${image} ${step}`);
    return { success: true };
  });
  expect(results.filter(({ id }) => id.startsWith('box'))).toEqual([
    { id: 'box:root', said: 'runs, box root' },
    { id: 'box:install', said: 'runs, box install' },
  ]);
  expect(results).toContainEqual({ id: 'tin:root', said: 'runs, tin root' });
});

test('after a failure the rest of that image is skipped, and others go on', async () => {
  const results = await resultsOf(async ({ image, step }, _context, streams) => {
    streams?.lasting.write(`${image} ${step}`);
    return { success: image !== 'box' };
  });
  expect(results.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    { id: 'box:install', said: 'skipped' },
    { id: 'box:root', said: 'failed' },
    { id: 'tin:root', said: 'tin root' },
  ]);
});

test('a bug in a task ends the batch', async () => {
  await expect(resultsOf(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
});
