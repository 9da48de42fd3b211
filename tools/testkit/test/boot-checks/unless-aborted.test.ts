import { expect, it } from 'vitest';
import { unlessAborted } from '../../src/boot-checks/unless-aborted.ts';

const never = new Promise<string>(() => {});

it('gives the result of work that nobody interrupts', async () => {
  expect(await unlessAborted(Promise.resolve('done'), undefined)).toBe('done');
  expect(await unlessAborted(Promise.resolve('done'), new AbortController().signal)).toBe('done');
});

it('waits no longer once the signal aborts, or where it has already', async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
  await expect(unlessAborted(never, controller.signal)).rejects.toThrow('interrupted');
});

it('lets work that fails later fail for itself', async () => {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<string>();
  const waiting = unlessAborted(promise, controller.signal);
  controller.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
  reject(new Error('too late'));
});
