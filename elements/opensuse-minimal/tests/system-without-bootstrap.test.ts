import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('nothing of the host gets in, and a kernel comes late', async (element) => {
  const built = await element.run({
    // A bootstrap needs a mirror with packages: test/scenarios/zypper-bootstrap.test.ts makes one.
    without: ['opensuse-minimal/root.d/08-bootstrap', 'opensuse-minimal/lock.d'],
    base: { insteadOf: 'below' },
    with: ['below'],
    environment: { DIB_RELEASE: 'tumbleweed' },
    observe: ['DISTRO_NAME', 'DIB_RELEASE', 'EFI_BOOT_DIR', 'DIB_INIT_SYSTEM'],
  });
  expect(built.variables).toEqual({
    DISTRO_NAME: 'opensuse',
    DIB_RELEASE: 'tumbleweed',
    EFI_BOOT_DIR: 'EFI/opensuse',
    DIB_INIT_SYSTEM: 'systemd',
  });
  expect(await built.tree.read('/etc/hostname')).toBe('opensuse\n');
  expect(await built.tree.read('/etc/hosts')).toContain('127.0.1.1\topensuse\n');
  expect(await built.tree.read('/etc/locale.conf')).toBe('LANG=C.UTF-8\n');
  expect(await built.tree.exists('/etc/resolv.conf')).toBe(false);
  expect((await built.calls('zypper')).join('\n')).toMatch(/ install .*kernel-default-base/);
});
