import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const files = {
  '/usr/lib/modules/6.1.0-1-amd64/kernel/.keep': '',
  '/usr/lib/modules/6.1.0-2-amd64/kernel/.keep': '',
  '/usr/lib/modules/6.1.0-2-amd64/build/Makefile': '',
};
/** As dkms finds it: whether it may sign. */
const dkms =
  'if [ "$1" = autoinstall ]; then cat /etc/dkms/framework.conf.d/*.conf >/signing; : >/var/lib/dkms/mok.key; fi';
const elements = { own: { 'pre-install.d/20-own': 'mkdir -p /var/lib/dkms\n' } };

elementTest('builds modules for each kernel with headers, unsigned, and leaves no key', async (element) => {
  const installs =
    'case "$*" in linux-headers-*) mkdir -p "/usr/lib/modules/${1#linux-headers-}/build" ;; esac';
  const commands = { dkms, 'install-packages': installs };
  const built = await element.run({ files, commands, elements, with: ['own'] });
  expect(await built.calls('install-packages')).toContain('install-packages linux-headers-6.1.0-1-amd64');
  expect(await built.calls('install-packages')).not.toContain('install-packages linux-headers-6.1.0-2-amd64');
  expect((await built.calls('dkms')).filter((call) => call.includes('autoinstall'))).toEqual([
    'dkms autoinstall --kernelver 6.1.0-1-amd64',
    'dkms autoinstall --kernelver 6.1.0-2-amd64',
  ]);
  expect(await built.tree.read('/signing')).toBe('sign_file=/nonexistent\n');
  expect(await built.tree.list('/etc/dkms/framework.conf.d')).toEqual([]);
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('says which kernel has no headers', async (element) => {
  const built = await element.run({ files, commands: { dkms }, elements, with: ['own'] });
  expect(await built.calls('dkms')).toEqual(['dkms autoinstall --kernelver 6.1.0-2-amd64', 'dkms status']);
});
