import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('says which release it is', async (element) => {
  const built = await element.run({
    base: { insteadOf: 'yum-minimal' },
    environment: { DIB_RELEASE: '42' },
    observe: ['DISTRO_NAME', 'DIB_RELEASE', 'EFI_BOOT_DIR', 'DIB_INIT_SYSTEM'],
  });
  expect(built.variables).toEqual({
    DISTRO_NAME: 'fedora',
    DIB_RELEASE: '42',
    EFI_BOOT_DIR: 'EFI/fedora',
    DIB_INIT_SYSTEM: 'systemd',
  });
});
