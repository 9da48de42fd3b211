import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('is Debian with cloud-init, an SSH server and tools', async (element) => {
  const built = await element.run({
    base: { insteadOf: 'debian-minimal' },
    elements: { sysprep: {}, 'provides-os': { 'element-provides': 'operating-system\n' } },
    with: ['provides-os'],
  });
  const packages = (await built.calls('install-packages')).join('\n');
  for (const name of [
    'bash-completion',
    'cloud-init',
    'cloud-guest-utils',
    'curl',
    'less',
    'openssh-server',
    'rsync',
  ])
    expect(packages).toMatch(new RegExp(`[ \n]${name}( |$)`, 'm'));
  expect(await built.calls('systemctl')).toContain('systemctl enable ssh-keygen.service');
});
