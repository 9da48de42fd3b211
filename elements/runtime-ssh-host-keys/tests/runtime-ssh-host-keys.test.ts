import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('no host key is in the image, and the first boot makes them', async (element) => {
  const late = { 'finalise.d/50-late-key': 'echo key >/etc/ssh/ssh_host_late_key\n' };
  const built = await element.run({
    elements: { late },
    with: ['late'],
    files: { '/etc/ssh/ssh_host_rsa_key': 'key', '/etc/ssh/sshd_config': '' },
  });
  expect(await built.tree.list('/etc/ssh')).toEqual(['sshd_config']);
  expect(await built.calls('systemctl')).toEqual(['systemctl enable ssh-keygen.service']);
  expect(await built.tree.exists('/usr/lib/systemd/system/ssh-keygen.service')).toBe(true);
  expect(await built.failedChecks()).toEqual([]);
});
