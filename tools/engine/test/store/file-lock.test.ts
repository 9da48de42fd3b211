import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockFile, shareLock, tryLockFile } from '../../src/store/file-lock.ts';
import { temporaryFolder } from '../elements/element-fixture.ts';

test('one holder at a time; the next one gets the lock when it is released', async () => {
  const path = join(temporaryFolder(), 'lock');
  const first = await lockFile(path);
  expect(await tryLockFile(path)).toBeUndefined();
  const order: string[] = [];
  const second = lockFile(path).then((lock) => {
    order.push('second has it');
    return lock;
  });
  order.push('first lets go');
  await first.release();
  await (await second).release();
  expect(order).toEqual(['first lets go', 'second has it']);
});

test('many may share a lock, and keep out who wants it alone', async () => {
  const path = join(temporaryFolder(), 'lock');
  const shared = [await shareLock(path), await shareLock(path)];
  expect(await tryLockFile(path)).toBeUndefined();
  for (const lock of shared) await lock.release();
  const alone = await tryLockFile(path);
  expect(alone).toBeDefined();
  await alone?.release();
});

test('waiting ends with the signal', async () => {
  const path = join(temporaryFolder(), 'lock');
  const held = await lockFile(path);
  const interrupt = new AbortController();
  const waiting = lockFile(path, interrupt.signal);
  interrupt.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  await held.release();
});
