import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const files = {
  '/etc/ssh/sshd_config': 'Ciphers aes128-cbc\nUsePAM yes\nMatch User web\n',
  '/lib/systemd/system/ssh.service': '[Service]\n',
};

elementTest('installs the server, enables it and limits its algorithms', async (element) => {
  const built = await element.run({ files });
  expect(await built.failedChecks()).toEqual([]);
  const lines = (await built.tree.read('/etc/ssh/sshd_config'))?.split('\n') ?? [];
  expect(lines.slice(0, 4).map((line) => line.split(' ')[0])).toEqual([
    'Ciphers',
    'KexAlgorithms',
    'MACs',
    'UsePAM',
  ]);
  expect(lines.join('\n')).not.toContain('cbc');
  expect(await built.calls('apt-get')).toEqual(['apt-get install openssh-server']);
});

elementTest(
  'leaves the algorithms alone on request, and knows the Red Hat family’s names',
  async (element) => {
    const built = await element.run({
      files: { '/etc/ssh/sshd_config': files['/etc/ssh/sshd_config'] },
      environment: { DISTRO_NAME: 'rocky', DIB_RELEASE: '9', DIB_OPENSSH_SERVER_HARDENING: '0' },
    });
    expect(await built.tree.read('/etc/ssh/sshd_config')).toBe(files['/etc/ssh/sshd_config']);
    expect(await built.calls('systemctl')).toContain('systemctl enable sshd.service');
  },
);
