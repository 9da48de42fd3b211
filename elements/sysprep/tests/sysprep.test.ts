import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('leaves nothing that makes two machines the same', async (element) => {
  const built = await element.run({
    files: {
      '/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
      '/var/lib/dbus/machine-id': '0123456789abcdef0123456789abcdef\n',
      '/var/lib/systemd/random-seed': 'seed',
    },
  });
  expect(await built.failedChecks()).toEqual([]);
  expect(await built.tree.read('/etc/machine-id')).toBe('');
  expect(await built.tree.exists('/var/lib/dbus/machine-id')).toBe(false);
  expect(await built.tree.exists('/var/lib/systemd/random-seed')).toBe(false);
});
