import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const base = { insteadOf: 'debootstrap' } as const;
// The fixture calls itself by Debian's names unless it is told.
const release = { DIB_RELEASE: 'noble' };

elementTest('installs the kernel for virtual machines, and calls itself Ubuntu', async (element) => {
  const observe = ['DISTRO_NAME', 'DIB_RELEASE', 'EFI_BOOT_DIR', 'DIB_APT_KEYRING'];
  const built = await element.run({ base, observe, environment: release });
  expect((await built.calls('install-packages')).join(' ').split(' ')).toContain('linux-image-virtual');
  expect(built.variables).toEqual({
    DISTRO_NAME: 'ubuntu',
    DIB_RELEASE: 'noble',
    EFI_BOOT_DIR: 'EFI/ubuntu',
    DIB_APT_KEYRING: '/usr/share/keyrings/ubuntu-archive-keyring.gpg',
  });
});

elementTest('installs another kernel, or none', async (element) => {
  const packages = async (DIB_UBUNTU_KERNEL: string) =>
    (
      await (
        await element.run({ base, environment: { ...release, DIB_UBUNTU_KERNEL } })
      ).calls('install-packages')
    ).join('\n');
  expect(await packages('linux-image-generic')).toMatch(/linux-image-generic/);
  expect(await packages('none')).not.toMatch(/linux-image|initramfs/);
});
