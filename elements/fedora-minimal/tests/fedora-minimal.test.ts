import { resolve } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';
import { lockedRepositories } from '../../yum-minimal/tests/locked-repositories.ts';

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

test('has a mirror’s release and its updates; rawhide has none of these', () => {
  const element = resolve(import.meta.dirname, '..');
  const mirror = { DIB_DISTRIBUTION_MIRROR: 'http://mirror.example/' };
  expect(lockedRepositories(element, mirror).locations).toEqual({
    'rpm-fedora': 'http://mirror.example/releases/42/Everything/x86_64/os/repodata/repomd.xml',
    'rpm-updates': 'http://mirror.example/updates/42/Everything/x86_64/repodata/repomd.xml',
  });
  const rawhide = lockedRepositories(element, { ...mirror, DIB_RELEASE: 'rawhide' });
  expect(Object.keys(rawhide.locations)).toEqual(['rpm-fedora']);
});
