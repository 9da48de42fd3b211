import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const contexts = '/etc/selinux/mls/contexts/files/file_contexts';

elementTest('labels all files as the policy of the image wants them', async (element) => {
  const built = await element.run({
    environment: { DISTRO_NAME: 'centos' },
    files: {
      '/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=mls\n',
      [contexts]: '',
      '/.autorelabel': '',
    },
    commands: { setfiles: '' },
  });
  expect(await built.calls('setfiles')).toEqual([
    `setfiles -m -F -e /dev -e /proc -e /sys -e /run -e /tmp ${contexts} /`,
  ]);
  expect(await built.tree.exists('/.autorelabel')).toBe(false);
});

elementTest('labels nothing without a policy, and removes what scripts left', async (element) => {
  const built = await element.run({
    environment: { DISTRO_NAME: 'centos' },
    files: { '/root/anaconda-ks.cfg': 'rootpw x\n', '/etc/passwd-': 'old\n' },
    commands: { setfiles: '' },
  });
  expect(await built.calls('setfiles')).toEqual([]);
  expect(await built.tree.exists('/root/anaconda-ks.cfg')).toBe(false);
  expect(await built.failedChecks()).toEqual([]);
  expect(await built.tree.exists('/etc/passwd-')).toBe(false);
});
