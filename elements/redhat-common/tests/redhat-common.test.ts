import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const kernels = ['5.14.0-9.el9.x86_64', '5.14.0-70.el9.x86_64']
  .flatMap((version) => ['kernel', 'kernel-core', 'kernel-modules-extra'].map((name) => `${name}-${version}`))
  .join(' ');
// The packages that are asked for by name are there, too.
const rpm = `case "$*" in *kernel-core*) [[ "$*" != *queryformat* ]] || printf '%s\\n' ${kernels} ;; esac`;
const environment = { DISTRO_NAME: 'centos' };

elementTest('of several kernels the newest stays', async (element) => {
  const built = await element.run({ environment, commands: { rpm } });
  expect((await built.calls('dnf')).filter((line) => line.includes(' remove '))).toEqual([
    'dnf -y remove --setopt=clean_requirements_on_remove=0 kernel-5.14.0-9.el9.x86_64 kernel-core-5.14.0-9.el9.x86_64 kernel-modules-extra-5.14.0-9.el9.x86_64',
  ]);
});

elementTest('all stay where that is asked for', async (element) => {
  const built = await element.run({
    environment: { ...environment, DIB_KEEP_KERNELS: '1' },
    commands: { rpm },
  });
  expect((await built.calls('dnf')).filter((line) => line.includes(' remove '))).toEqual([]);
});

elementTest('ramdisks and boot entries fit any machine', async (element) => {
  const built = await element.run({ environment });
  expect(await built.tree.read('/etc/dracut.conf.d/20-image.conf')).toContain('hostonly="no"');
  expect(await built.tree.exists('/etc/dracut.conf.d/99-image-build.conf')).toBe(false);
  expect(await built.tree.read('/etc/kernel/cmdline')).toMatch(/^root=LABEL=\S+ ro\n$/);
  expect(await built.tree.read('/etc/machine-id')).toBe('');
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('map-packages translates names of Debian', async (element) => {
  const built = await element.run({
    environment,
    with: ['asks'],
    elements: {
      asks: {
        'install.d/50-asks': 'map-packages --distro centos procps curl vlan build-essential >/names\n',
      },
    },
  });
  expect(await built.tree.read('/names')).toBe('procps-ng\ncurl\ngcc gcc-c++ make\n');
});
