import { expect, test } from 'vitest';
import { isAsBefore } from '../../../src/execute/steps/measure-state.ts';

const before = {
  mountPoints: ['/', '/run/user/1000', '/run/kiln', '/proc', '/run/kiln/mnt', '/run/kiln/mnt/proc'],
  beside: 'mnt\n',
};

const without = (path: string) => ({
  ...before,
  mountPoints: before.mountPoints.filter((other) => other !== path),
});

const withMount = (path: string) => ({ ...before, mountPoints: [...before.mountPoints, path] });

test('nothing changed', () => {
  expect(isAsBefore(before, { ...before })).toBe(true);
});

test('a mount of the host that is gone was not taken by a hook', () => {
  expect(isAsBefore(before, without('/run/user/1000'))).toBe(true);
});

test.each([
  ['a mount in the tree', withMount('/run/kiln/mnt/media')],
  ['a mount of a host hook on the host', withMount('/mnt')],
  ['a mount over one of the host', withMount('/run/user/1000')],
  ['a mount over one of the tree', withMount('/run/kiln/mnt/proc')],
  ['a mount of the tree that was taken away', without('/run/kiln/mnt/proc')],
  ['a file beside the tree', { ...before, beside: 'mnt\nnotes\n' }],
])('%s is a change', (_, now) => {
  expect(isAsBefore(before, now)).toBe(false);
});
