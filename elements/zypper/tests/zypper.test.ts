import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const asked = (line: string) => ({ asks: { 'install.d/50-asks': `${line}\n` } });
const environment = { DISTRO_NAME: 'opensuse' };

elementTest('install-packages installs and removes with zypper', async (element) => {
  const built = await element.run({
    environment,
    with: ['asks'],
    elements: asked('install-packages "curl nano"\ninstall-packages -e nano absent'),
    commands: { rpm: '[[ "$*" != *absent* ]]' },
  });
  expect(await built.calls('zypper')).toEqual([
    'zypper --non-interactive install --no-recommends --auto-agree-with-licenses curl nano',
    'zypper --non-interactive remove nano',
  ]);
});

elementTest('a hint of zypper is no failure, an error is', async (element) => {
  const run = { environment, with: ['asks'], elements: asked('install-packages -u') };
  const built = await element.run({ ...run, commands: { zypper: 'exit 102' } });
  expect(await built.calls('zypper')).toHaveLength(1);
  const failed = await element.expectFailure({ ...run, commands: { zypper: 'exit 104' } });
  expect(failed.hook).toBe('install.d/50-asks');
});

elementTest('the settings of the build go, and recommended packages stay out', async (element) => {
  const built = await element.run({ environment, files: { '/var/log/zypper.log': 'times\n' } });
  expect(await built.tree.read('/etc/zypp/zypp.conf')).toBe('[main]\nsolver.onlyRequires = true\n');
  expect(await built.tree.exists('/var/log/zypper.log')).toBe(false);
  expect(await built.failedChecks()).toEqual([]);
});
