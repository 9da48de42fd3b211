import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('removes interface definitions on Debian, and there alone', async (element) => {
  const files = { '/etc/network/interfaces.d/dhcp': 'auto eth0\n', '/etc/network/interfaces': '# kept\n' };
  const built = await element.run({ files });
  expect(await built.tree.list('/etc/network/interfaces.d')).toEqual([]);
  expect(await built.tree.read('/etc/network/interfaces')).toBe('# kept\n');
  expect(await built.failedChecks()).toEqual([]);
  const elsewhere = await element.run({ files, environment: { DISTRO_NAME: 'rocky' } });
  expect(await elsewhere.tree.list('/etc/network/interfaces.d')).toEqual(['dhcp']);
});
