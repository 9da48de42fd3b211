import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const environment = { DISTRO_NAME: 'centos' };
const asked = (line: string) => ({ 'install.d/50-asks': `${line}\n` });
const rpm =
  'case "$*" in *--queryformat*) echo \'{"package": "bash", "version": "5.1-1", "architecture": "x86_64"}\' ;; *absent*) exit 1 ;; esac';

elementTest(
  'install-packages installs, upgrades first, and leaves names together that came together',
  async (element) => {
    const built = await element.run({
      environment,
      with: ['asks'],
      elements: { asks: asked('install-packages -u "curl nano" less') },
    });
    expect(await built.calls('dnf')).toEqual([
      'dnf -y makecache',
      'dnf -y upgrade',
      'dnf -y install curl nano less',
    ]);
    expect(await built.tree.mode('/usr/local/bin/install-packages')).toBe('0755');
  },
);

elementTest('install-packages removes only what is installed, and nothing with it', async (element) => {
  const built = await element.run({
    environment,
    with: ['asks'],
    elements: { asks: asked('install-packages -e nano absent') },
    commands: { rpm },
  });
  expect(await built.calls('dnf')).toEqual(['dnf -y remove --setopt=clean_requirements_on_remove=0 nano']);
});

elementTest('install-packages downloads into a folder, and obeys YUM', async (element) => {
  const built = await element.run({
    environment: { ...environment, YUM: 'yum' },
    with: ['asks'],
    elements: { asks: asked('install-packages -d /opt/packages curl') },
  });
  expect(await built.calls('yum')).toEqual([
    'yum -y install --downloadonly --downloaddir=/opt/packages curl',
  ]);
  expect(await built.calls('dnf')).toEqual([]);
});

elementTest('packages are kept by repository during the build, and nothing of it stays', async (element) => {
  const built = await element.run({
    environment,
    with: ['asks'],
    elements: {
      asks: asked(
        'mkdir -p /var/cache/dnf/baseos-0123456789abcdef /var/lib/dnf\ntouch /var/lib/dnf/history.sqlite\ninstall-packages curl\n' +
          'readlink /var/cache/dnf/baseos-0123456789abcdef/packages >/kept\ncp /etc/dnf/dnf.conf /during',
      ),
    },
  });
  expect(await built.tree.read('/kept')).toBe('../../rpm-packages/baseos-0123456789abcdef\n');
  expect(await built.tree.read('/during')).toContain('metadata_expire=never\n');
  expect(await built.tree.read('/during')).toContain('install_weak_deps=0\n');
  expect(await built.tree.read('/etc/dnf/dnf.conf')).toBe('[main]\n');
  expect(await built.tree.list('/var/cache/dnf')).toEqual([]);
  expect(await built.failedChecks()).toEqual([]);
  expect(await built.tree.exists('/var/lib/dnf/history.sqlite')).toBe(false);
});

elementTest('the packages are listed in the image', async (element) => {
  const built = await element.run({ environment, commands: { rpm } });
  const [name = ''] = (await built.tree.list('/etc/dib-manifests')).filter((it) =>
    it.startsWith('dib-manifest-rpm-'),
  );
  const text = (await built.tree.read(`/etc/dib-manifests/${name}`)) ?? '';
  expect(JSON.parse(text)).toEqual({
    packages: [{ package: 'bash', version: '5.1-1', architecture: 'x86_64' }],
  });
});
