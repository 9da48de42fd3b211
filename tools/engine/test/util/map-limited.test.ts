import { expect, it } from 'vitest';
import { mapLimited } from '../../src/util/map-limited.ts';

it('keeps the order of the items and works at no more than the limit', async () => {
  let atWork = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const all = mapLimited([1, 2, 3, 4, 5], 2, async (item) => {
    atWork += 1;
    most = Math.max(most, atWork);
    await new Promise<void>((resolve) => waiting.push(resolve));
    atWork -= 1;
    return item * 10;
  });
  // Each time the last of those at work ends first.
  for (let done = 0; done < 5; done += 1) {
    while (waiting.length === 0) await Promise.resolve();
    waiting.pop()?.();
    await Promise.resolve();
  }
  expect(await all).toEqual([10, 20, 30, 40, 50]);
  expect(most).toBe(2);
});

it('ends with the first failure', async () => {
  await expect(mapLimited([1], 4, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await mapLimited([], 4, () => Promise.resolve(1))).toEqual([]);
});
