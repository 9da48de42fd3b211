import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const server = { server: { 'install.d/10-server': 'install-packages openssh-server\n' } };

elementTest('removes the SSH server, whoever installed it', async (element) => {
  const built = await element.run({ elements: server, with: ['server'] });
  expect(await built.calls('apt-get')).toEqual([
    'apt-get install openssh-server',
    'apt-get remove openssh-server',
  ]);
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('keeps it where the user asked for it', async (element) => {
  const built = await element.run({
    elements: server,
    with: ['server'],
    environment: { DIB_OCTAVIA_AMP_USE_SSH: 'True' },
  });
  expect(await built.calls('apt-get')).toEqual(['apt-get install openssh-server']);
});
