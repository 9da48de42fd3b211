import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const base = { insteadOf: 'debootstrap' } as const;

const kernels = [
  [{}, 'amd64', 'linux-image-amd64'],
  [{ DIB_DEBIAN_KERNEL: 'cloud' }, 'amd64', 'linux-image-cloud-amd64'],
  [{ DIB_DEBIAN_KERNEL: 'cloud' }, 'arm64', 'linux-image-cloud-arm64'],
  [{ DIB_DEBIAN_KERNEL: 'cloud' }, 'armhf', 'linux-image-armmp'],
] as const;

for (const [environment, architecture, kernel] of kernels) {
  elementTest(`installs the kernel that is asked for: ${kernel}`, async (element) => {
    const definition = `architecture: ${architecture}\nformats: [tar]`;
    const built = await element.run({ base, environment, definition });
    const packages = (await built.calls('install-packages')).join(' ').split(' ');
    expect(packages.filter((name) => name.startsWith('linux-image'))).toEqual([kernel]);
    expect(packages).toContain('initramfs-tools');
  });
}

elementTest('installs none if asked, and calls itself Debian', async (element) => {
  const built = await element.run({
    base,
    environment: { DIB_DEBIAN_KERNEL: 'none' },
    observe: ['DISTRO_NAME', 'DIB_RELEASE', 'DIB_INIT_SYSTEM', 'EFI_BOOT_DIR'],
  });
  expect((await built.calls('install-packages')).join('\n')).not.toMatch(/linux-image|initramfs-tools/);
  expect(built.variables).toEqual({
    DISTRO_NAME: 'debian',
    DIB_RELEASE: 'bookworm',
    DIB_INIT_SYSTEM: 'systemd',
    EFI_BOOT_DIR: 'EFI/debian',
  });
});
