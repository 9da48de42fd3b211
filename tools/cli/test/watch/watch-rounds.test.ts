import { expect, test } from 'vitest';
import { type Round, watchRounds } from '../../src/watch/watch-rounds.ts';

/** A watch whose builds and changes a test ends and sets off by itself. */
function startWatch(options: { readonly offer?: (signal: AbortSignal) => Promise<void> } = {}) {
  const interrupt = new AbortController();
  const rounds: Round[] = [];
  const begun: {
    readonly changed: readonly string[];
    readonly signal: AbortSignal;
    readonly end: (result: 'done' | 'failed') => void;
  }[] = [];
  let tell: ((paths: readonly string[]) => void) | undefined;
  let pending: readonly string[] | undefined;
  let nowMs = 0;
  const finished = watchRounds(
    {
      next: (signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('interrupted')));
          tell = resolve;
          if (pending !== undefined) resolve(pending);
          pending = undefined;
        }),
      build: (changed, signal) => new Promise((resolve) => begun.push({ changed, signal, end: resolve })),
      onEnd: (round) => rounds.push(round),
      now: () => nowMs,
      ...options,
    },
    interrupt.signal,
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    rounds,
    begun,
    finished,
    change: async (...paths: readonly string[]) => {
      tell?.(paths);
      await settle();
    },
    end: async (result: 'done' | 'failed') => {
      begun.at(-1)?.end(result);
      await settle();
    },
    interrupt: () => interrupt.abort(),
    moveTo: (ms: number) => void (nowMs = ms),
  };
}

test('builds at once, then after each change, and tells how long each took', async () => {
  const watch = startWatch();
  expect(watch.begun[0]?.changed).toEqual([]);
  watch.moveTo(1200);
  await watch.end('done');
  expect(watch.begun).toHaveLength(1);
  await watch.change('a', 'b');
  expect(watch.begun[1]?.changed).toEqual(['a', 'b']);
  watch.moveTo(1500);
  await watch.end('failed');
  expect(watch.rounds).toEqual([
    { number: 1, changed: [], ended: 'done', durationMs: 1200 },
    { number: 2, changed: ['a', 'b'], ended: 'failed', durationMs: 300 },
  ]);
  watch.interrupt();
  await watch.finished;
});

test('a change cancels the build at work; the next begins when that one has cleared up', async () => {
  const watch = startWatch();
  await watch.change('a');
  expect(watch.begun[0]?.signal.aborted).toBe(true);
  expect(watch.begun).toHaveLength(1);
  await watch.end('failed');
  expect(watch.rounds[0]?.ended).toBe('overtaken');
  expect(watch.begun[1]).toMatchObject({ changed: ['a'] });
  expect(watch.begun[1]?.signal.aborted).toBe(false);
  watch.interrupt();
  await watch.end('done');
  await watch.finished;
});

test('an interrupt cancels the build and ends the watch without a word on the round', async () => {
  const watch = startWatch();
  watch.interrupt();
  expect(watch.begun[0]?.signal.aborted).toBe(true);
  await watch.end('failed');
  await watch.finished;
  expect(watch.rounds).toEqual([]);
});

test('after a failure there is an offer, until something changes', async () => {
  const offers: AbortSignal[] = [];
  const offer = (signal: AbortSignal): Promise<void> => {
    offers.push(signal);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  };
  const watch = startWatch({ offer });
  await watch.end('failed');
  expect(offers).toHaveLength(1);
  await watch.change('a');
  expect(offers[0]?.aborted).toBe(true);
  expect(watch.begun).toHaveLength(2);
  await watch.end('done');
  expect(offers).toHaveLength(1);
  watch.interrupt();
  await watch.finished;
});
