import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const policies = 'mkdir -p /etc/crypto-policies; echo "${!#}" >/etc/crypto-policies/config';
const centos = {
  environment: { DISTRO_NAME: 'centos' },
  elements: { bootloader: {} },
  observe: ['DIB_BOOTLOADER_DEFAULT_CMDLINE'],
};

elementTest(
  'sets the policy, lets the initial ramdisk check the kernel, and tells the kernel',
  async (element) => {
    const built = await element.run({
      ...centos,
      commands: { 'update-crypto-policies': policies, dracut: '' },
    });
    expect(await built.calls('update-crypto-policies')).toEqual([
      'update-crypto-policies --no-reload --set FIPS',
    ]);
    expect(await built.calls('dracut')).toEqual(['dracut --regenerate-all --force']);
    expect(await built.tree.read('/etc/dracut.conf.d/40-amphora-fips.conf')).toContain('" fips "');
    expect(built.variables['DIB_BOOTLOADER_DEFAULT_CMDLINE']).toMatch(/(?:^| )fips=1$/u);
    expect((await built.failedChecks()).filter((check) => !check.includes('command line'))).toEqual([]);
  },
);

elementTest('refuses Debian and Ubuntu', async (element) => {
  for (const distribution of ['debian', 'ubuntu']) {
    const run = await element.expectFailure({ ...centos, environment: { DISTRO_NAME: distribution } });
    expect(run.message).toContain(`ERROR: ${distribution} is not supported for FIPS mode.`);
  }
});
