import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('installs cloud-init, enables its stages and says which host keys it makes', async (element) => {
  const built = await element.run({
    files: { '/lib/systemd/system/cloud-init-local.service': '[Unit]\n', '/etc/cloud/cloud.cfg': '' },
    environment: { DIB_CLOUD_INIT_ALLOW_SSH_PWAUTH: '1' },
  });
  expect(await built.failedChecks()).toEqual([]);
  expect(await built.calls('systemctl')).toEqual(['systemctl enable cloud-init-local.service']);
  expect(await built.tree.read('/etc/cloud/cloud.cfg.d/20-image-ssh.cfg')).toBe(
    'ssh_genkeytypes: [rsa, ecdsa, ed25519]\nssh_pwauth: true\n',
  );
});
