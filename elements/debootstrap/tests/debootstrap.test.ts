import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const quick = { DIB_DEBIAN_KERNEL: 'none' };

elementTest('makes a Debian that nothing of the host got into', async (element) => {
  const built = await element.run({ base: 'debian-minimal', environment: quick });
  expect(await built.tree.read('/etc/hostname')).toBe('debian\n');
  expect(await built.tree.read('/etc/default/locale')).toBe('LANG=C.UTF-8\n');
  expect(await built.tree.exists('/etc/resolv.conf')).toBe(false);
  expect(await built.tree.read('/etc/machine-id')).toBe('');
  expect(await built.tree.read('/etc/apt/sources.list.d/default.list')).toMatch(/^deb \S+ bookworm main\n$/);
  expect(await built.tree.read('/etc/network/interfaces.d/dhcp')).toContain('iface dhcp inet dhcp');
  expect(await built.tree.link('/sbin')).toBe('usr/sbin');
  expect(await built.tree.exists('/etc/apt/preferences.d/no-usrmerge')).toBe(false);
  expect(await built.tree.exists('/usr/sbin/policy-rc.d')).toBe(false);
});

elementTest('brings up the interfaces that are named, and others not', async (element) => {
  const environment = { ...quick, DIB_NETWORK_INTERFACE_NAMES: 'ens3 ens4' };
  const built = await element.run({ base: 'debian-minimal', environment });
  expect(await built.tree.list('/etc/network/interfaces.d')).toEqual(['ens3', 'ens4']);
});
