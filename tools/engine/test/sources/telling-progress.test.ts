import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellingProgress } from '../../src/sources/telling-progress.ts';
import { openFetching, temporaryFolder } from './fetching-fixture.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

async function prepare() {
  const fetching = await openFetching();
  const file = join(await temporaryFolder(), 'image');
  const place = { shown: 'https://a/image', file };
  const told = () => fetching.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  return { fetching, file, place, told };
}

test('what lasts is told as it comes, and at its end', async () => {
  const { fetching, file, place, told } = await prepare();
  const result = await tellingProgress(fetching, place, async () => {
    vi.advanceTimersByTime(5000);
    await vi.waitFor(() => expect(told()).toHaveLength(1));
    await writeFile(file, 'x'.repeat(2_000_000));
    vi.advanceTimersByTime(5000);
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    return 7;
  });
  expect(result).toBe(7);
  expect(told()).toEqual([
    'fetching https://a/image: 0 B so far',
    'fetching https://a/image: 2.0 MB so far',
    'fetched https://a/image: 2.0 MB in 10 s',
  ]);
});

test('what is quick, or fails, is not told as fetched, and nothing is told afterwards', async () => {
  const { fetching, place, told } = await prepare();
  await tellingProgress(fetching, place, async () => undefined);
  await expect(tellingProgress(fetching, place, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  vi.advanceTimersByTime(60_000);
  expect(told()).toEqual([]);
});
