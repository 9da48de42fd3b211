import { resolve } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';
import { lockedRepositories } from '../../yum-minimal/tests/locked-repositories.ts';

elementTest('says which release it is, and where that has rpm’s database', async (element) => {
  const built = await element.run({
    base: { insteadOf: 'yum-minimal' },
    environment: { DIB_RELEASE: '9' },
    observe: ['DISTRO_NAME', 'DIB_RELEASE', 'EFI_BOOT_DIR', 'DIB_INIT_SYSTEM', 'DIB_RPM_DATABASE'],
  });
  expect(built.variables).toEqual({
    DISTRO_NAME: 'rocky',
    DIB_RELEASE: '9',
    EFI_BOOT_DIR: 'EFI/rocky',
    DIB_INIT_SYSTEM: 'systemd',
    DIB_RPM_DATABASE: '/var/lib/rpm',
  });
});

test('has BaseOS and AppStream of a mirror, and no release with another form of rpm’s database', () => {
  const element = resolve(import.meta.dirname, '..');
  const mirror = { DIB_DISTRIBUTION_MIRROR: 'http://mirror.example', DIB_RELEASE: '9' };
  expect(lockedRepositories(element, mirror).locations).toEqual({
    'rpm-baseos': 'http://mirror.example/9/BaseOS/x86_64/os/repodata/repomd.xml',
    'rpm-appstream': 'http://mirror.example/9/AppStream/x86_64/os/repodata/repomd.xml',
  });
  const old = lockedRepositories(element, { ...mirror, DIB_RELEASE: '8' });
  expect(old.locations).toEqual({});
  expect(old.stderr).toContain('element base-image.');
});
