import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const files = {
  '/etc/nsswitch.conf': 'hosts:          files dns\nnetworks:       files\n',
  '/etc/dhcp/dhclient-enter-hooks.d/resolvconf': '# written by resolvconf\n',
};

elementTest('no lookup leaves the machine, and DHCP does not change that', async (element) => {
  const built = await element.run({ files });
  expect(await built.failedChecks()).toEqual([]);
  expect(await built.tree.read('/etc/resolv.conf')).toBe('nameserver 127.0.0.1\n');
  expect(await built.tree.read('/etc/nsswitch.conf')).toBe('hosts:          files\nnetworks:       files\n');
  expect(await built.tree.list('/etc/dhcp/dhclient-enter-hooks.d')).toEqual(['noresolvconf']);
});
