import { join } from 'node:path';
import { copyFolder } from '@kiln/testkit/rig/copy-folder.ts';
import { readLock } from '@kiln/engine/lock/read-lock.ts';
import { noLeaks } from '@kiln/testkit/rig/find-leaks.ts';
import { startLoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { openRig, readFromTar } from '@kiln/testkit/rig/open-rig.ts';
import { serveRpmRepository, type FixturePackage } from '@kiln/testkit/rig/rpm-mirror.ts';
import { expect } from 'vitest';
import { building, testOn, tools } from '../host-needs.ts';
import { done } from './scenario.ts';

const elements = join(import.meta.dirname, '../../elements');
const closure = 'install-bin manifests package-installs pkg-map sysprep zypper opensuse-minimal';

const names =
  'aaa_base bash ca-certificates coreutils e2fsprogs filesystem glibc hostname iproute2 iputils kmod procps rpm shadow sudo ' +
  'systemd udev util-linux wicked zypper';

const distribution = (version: string): readonly FixturePackage[] => [
  ...names.split(' ').map((name) => ({ name })),
  {
    name: 'openSUSE-release',
    files: {
      '/usr/lib/os-release': 'ID="opensuse-leap"\nVERSION_ID="15.6"\n',
      '/usr/share/version': `${version}\n`,
    },
    script: 'echo "installed by $(cat /proc/self/comm)" >/etc/release-script',
  },
];

testOn(
  [...building, tools('zypper', 'rpm', 'rpmbuild', 'createrepo_c')],
  'opensuse-minimal bootstraps packages of a mirror, and none of a mirror that moved',
  async () => {
    const [rig, mirror] = await Promise.all([openRig(), startLoopbackServer()]);
    const publish = async (version: string): Promise<void> => {
      const repository = { path: 'oss', version, packages: distribution(version) };
      await serveRpmRepository(mirror, join(rig.root, 'rpm'), repository);
    };
    const options = {
      environment: { DIB_ZYPPER_REPOS: `oss|${mirror.url}/oss`, DIB_ZYPPER_GPGCHECK: '0' },
    };
    try {
      for (const used of closure.split(' '))
        await copyFolder(join(elements, used), join(rig.root, 'elements', used));
      await publish('1.0');
      const definition = 'elements: [opensuse-minimal]\nskip-base: true\nformats: [tar]\n';
      await rig.write('images/box/image.yaml', definition);
      const build = done(await rig.build('box', options));
      const archive = build.artifacts[0]?.file ?? '';
      expect(await readFromTar(archive, 'usr/share/version')).toBe('1.0');
      expect(await readFromTar(archive, 'etc/release-script')).toMatch(/^installed by /);
      expect(await readFromTar(archive, 'etc/zypp/repos.d/oss.repo')).toContain(`${mirror.url}/oss`);
      expect(await readFromTar(archive, 'var/lib/fixture/calls')).toMatch(/^zypper .*install .*dracut/m);
      const lock = await readLock(`${rig.root}/images/box/image.lock.json`);
      expect(lock?.entries.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['file rpm-oss']);

      await publish('2.0');
      await rig.element('opensuse-minimal', { 'root.d/05-more': 'echo more >"$TARGET_ROOT/more"\n' });
      expect((await rig.build('box', options)).failures).toMatchObject([
        {
          code: 'hook-failed',
          hook: '08-bootstrap',
          lastLines: expect.arrayContaining([expect.stringContaining('moved')]),
        },
      ]);
      expect(await rig.leaks()).toEqual(noLeaks);
    } finally {
      await rig.close();
      await mirror.close();
    }
  },
);
