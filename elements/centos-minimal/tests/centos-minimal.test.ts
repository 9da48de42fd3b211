import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('says which release it is, and where that has rpm’s database', async (element) => {
  const built = await element.run({
    base: { insteadOf: 'yum-minimal' },
    environment: { DIB_RELEASE: '9-stream' },
    observe: ['DISTRO_NAME', 'DIB_RELEASE', 'EFI_BOOT_DIR', 'DIB_INIT_SYSTEM', 'DIB_RPM_DATABASE'],
  });
  expect(built.variables).toEqual({
    DISTRO_NAME: 'centos',
    DIB_RELEASE: '9-stream',
    EFI_BOOT_DIR: 'EFI/centos',
    DIB_INIT_SYSTEM: 'systemd',
    DIB_RPM_DATABASE: '/var/lib/rpm',
  });
});
