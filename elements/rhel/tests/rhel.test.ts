import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('says which release it is, and registers with what is given', async (element) => {
  const built = await element.run({
    base: { insteadOf: 'base-image' },
    observe: ['DISTRO_NAME', 'DIB_RELEASE', 'EFI_BOOT_DIR', 'YUM'],
    environment: { DIB_RELEASE: '9', REG_METHOD: 'portal', REG_ORG: 'o', REG_ACTIVATION_KEY: 'k' },
    commands: { 'subscription-manager': '' },
  });
  expect(built.variables).toEqual({
    DISTRO_NAME: 'rhel',
    DIB_RELEASE: '9',
    EFI_BOOT_DIR: 'EFI/redhat',
    YUM: 'dnf',
  });
  expect((await built.calls('subscription-manager'))[0]).toBe(
    'subscription-manager register --activationkey k --org o',
  );
});
