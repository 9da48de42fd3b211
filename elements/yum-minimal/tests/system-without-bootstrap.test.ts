import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

// A bootstrap needs a mirror with packages: test/scenarios/rpm-bootstrap.test.ts makes one.
const without = ['yum-minimal/root.d/08-bootstrap', 'yum-minimal/lock.d'];
const environment = { DISTRO_NAME: 'fedora', DIB_RELEASE: '42' };
const repos = '/etc/yum.repos.d';
const files = {
  [`${repos}/image-build.repo`]: '[build]\n',
  [`${repos}/own.repo.image-build`]: '[own]\n',
  '/etc/pki/rpm-gpg/image-build.asc': 'key\n',
};
const connection = '/etc/NetworkManager/system-connections/ethernet.nmconnection';

elementTest('nothing of the host or of the build is left, and a kernel comes late', async (element) => {
  const built = await element.run({
    without,
    environment,
    files,
    observe: ['DIB_YUM_GPGCHECK', 'DIB_RPM_DATABASE'],
  });
  expect(built.variables).toEqual({ DIB_YUM_GPGCHECK: '1', DIB_RPM_DATABASE: '/usr/lib/sysimage/rpm' });
  expect(await built.tree.read('/etc/hostname')).toBe('fedora\n');
  expect(await built.tree.read('/etc/hosts')).toContain('127.0.1.1\tfedora\n');
  expect(await built.tree.read('/etc/locale.conf')).toBe('LANG=C.UTF-8\n');
  expect(await built.tree.list(repos)).toEqual(['own.repo']);
  expect(await built.tree.exists('/etc/pki/rpm-gpg/image-build.asc')).toBe(false);
  expect((await built.calls('dnf')).filter((call) => call.includes(' install '))).toEqual([
    'dnf -y install dracut dracut-config-generic',
    'dnf -y install kernel',
  ]);
});

elementTest(
  'NetworkManager configures every Ethernet interface, and no one else reads how',
  async (element) => {
    const built = await element.run({ without, environment });
    expect(await built.tree.read(connection)).toMatch(/type=ethernet\n[^]*multi-connect=3\n/);
    expect(await built.tree.mode(connection)).toBe('0600');
  },
);

elementTest(
  'keeps the repositories of the build, makes no connection, installs no kernel, if told so',
  async (element) => {
    const built = await element.run({
      without,
      environment: {
        ...environment,
        DIB_YUM_KEEP_REPOS: '1',
        DIB_YUM_MINIMAL_CREATE_INTERFACES: '0',
        DIB_YUM_KERNEL: 'none',
      },
      files,
    });
    expect(await built.tree.list(repos)).toEqual(['image-build.repo', 'own.repo']);
    expect(await built.tree.exists(connection)).toBe(false);
    expect(await built.calls('dnf')).toEqual([]);
  },
);
