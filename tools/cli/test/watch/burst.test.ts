import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBurst } from '../../src/watch/change-feed.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

test('what comes together is one change, each thing once', async () => {
  const burst = createBurst(150);
  const next = burst.next(never);
  for (const item of ['a', 'b', 'a']) {
    burst.add(item);
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(50);
  expect(await next).toEqual(['a', 'b']);
});

test('nothing is told before it is quiet', async () => {
  const burst = createBurst(150);
  let told = false;
  void burst.next(never).then(() => (told = true));
  burst.add('a');
  await vi.advanceTimersByTimeAsync(149);
  expect(told).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toBe(true);
});

test('what came while nobody listened is told at once', async () => {
  const burst = createBurst(150);
  burst.add('a');
  await vi.advanceTimersByTimeAsync(1000);
  expect(await burst.next(never)).toEqual(['a']);
});

test('waiting can be given up, and what comes then is for the next', async () => {
  const burst = createBurst(150);
  const give = new AbortController();
  const next = burst.next(give.signal);
  give.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
  burst.add('a');
  await vi.advanceTimersByTimeAsync(150);
  expect(await burst.next(never)).toEqual(['a']);
});
