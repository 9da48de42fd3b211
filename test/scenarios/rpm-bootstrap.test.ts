import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyFolder } from '@kiln/testkit/rig/copy-folder.ts';
import { readLock } from '@kiln/engine/lock/read-lock.ts';
import { noLeaks } from '@kiln/testkit/rig/find-leaks.ts';
import { startLoopbackServer, type LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { hooksRun, openRig, readFromTar, stepsMade, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { serveRpmRepository, type FixturePackage } from '@kiln/testkit/rig/rpm-mirror.ts';
import { expect } from 'vitest';
import { building, testOn, tools } from '../host-needs.ts';
import { done } from './scenario.ts';

const elements = join(import.meta.dirname, '../../elements');
const closure = ['install-bin', 'manifests', 'package-installs', 'pkg-map', 'sysprep'];
const rpmElements = ['yum', 'rpm-distro', 'redhat-common', 'yum-kernel', 'yum-minimal'];

const shared =
  'basesystem bash ca-certificates coreutils curl e2fsprogs filesystem glibc-minimal-langpack hostname iproute iputils kmod libcurl ' +
  'NetworkManager policycoreutils procps-ng rpm selinux-policy-targeted shadow-utils sudo systemd systemd-udev util-linux';

/** A distribution of empty packages with the names that a bootstrap asks for; only the release and dnf have files. */
function distribution(id: string, release: string, version: string): readonly FixturePackage[] {
  return [
    ...shared.split(' ').map((name) => ({ name })),
    { name: 'dnf', files: { '/etc/dnf/dnf.conf': '[main]\ngpgcheck=1\n' } },
    {
      name: release,
      files: {
        '/etc/yum.repos.d/own.repo': '[own]\nname=own\nmirrorlist=https://mirrors.example/list\n',
        '/usr/lib/os-release': `ID="${id}"\nVERSION_ID="9"\n`,
        '/usr/share/version': `${version}\n`,
      },
      script: 'echo "installed by $(cat /proc/self/comm)" >/etc/release-script',
    },
  ];
}

interface Fixture {
  readonly element: string;
  readonly release: string;
  readonly id: string;
  /** Where the mirror has packages. */
  readonly path: string;
  /** Further repositories, which are empty. */
  readonly empty: string;
}

const centos: Fixture = {
  element: 'centos-minimal',
  release: 'centos-stream-release',
  id: 'centos',
  path: 'mirror/9-stream/BaseOS/x86_64/os',
  empty: 'mirror/9-stream/AppStream/x86_64/os',
};
const fedora: Fixture = {
  element: 'fedora-minimal',
  release: 'fedora-release',
  id: 'fedora',
  path: 'mirror/releases/42/Everything/x86_64/os',
  empty: 'mirror/updates/42/Everything/x86_64',
};

function withDistribution(
  fixture: Fixture,
  name: string,
  body: (rig: Rig, mirror: LoopbackServer) => Promise<void>,
): void {
  testOn([...building, tools('dnf', 'rpm', 'rpmbuild', 'createrepo_c', 'curl')], name, async () => {
    const [rig, mirror] = await Promise.all([openRig(), startLoopbackServer()]);
    try {
      for (const element of [...closure, ...rpmElements, fixture.element])
        await copyFolder(join(elements, element), join(rig.root, 'elements', element));
      await publish(rig, mirror, fixture, '1.0');
      const empty = [{ name: 'nothing' }];
      await serveRpmRepository(mirror, join(rig.root, 'rpm'), {
        path: fixture.empty,
        version: '1.0',
        packages: empty,
      });
      const definition = `elements: [${fixture.element}]\nskip-base: true\nformats: [tar]\n`;
      await rig.write('images/box/image.yaml', definition);
      await body(rig, mirror);
      expect(await rig.leaks()).toEqual(noLeaks);
    } finally {
      await rig.close();
      await mirror.close();
    }
  });
}

async function publish(
  rig: Rig,
  mirror: LoopbackServer,
  { path, id, release }: Fixture,
  version: string,
): Promise<void> {
  const packages = distribution(id, release, version);
  await serveRpmRepository(mirror, join(rig.root, 'rpm'), { path, version, packages });
}

function options(mirror: LoopbackServer) {
  return {
    environment: { DIB_DISTRIBUTION_MIRROR: `${mirror.url}/mirror`, DIB_YUM_GPGCHECK: '0', ARCH: 'amd64' },
  };
}

withDistribution(
  centos,
  'centos-minimal bootstraps packages of a mirror, as locked, and again offline',
  async (rig, mirror) => {
    const first = done(await rig.build('box', options(mirror)));
    const archive = first.artifacts[0]?.file ?? '';
    expect(await readFromTar(archive, 'usr/share/version')).toBe('1.0');
    expect(await readFromTar(archive, 'etc/release-script')).toMatch(/^installed by /);
    expect(await readFromTar(archive, 'etc/yum.repos.d/own.repo')).toContain('mirrors.example');
    expect(await readFromTar(archive, 'etc/yum.repos.d/image-build.repo')).toBeUndefined();
    expect(await readFromTar(archive, 'etc/dnf/dnf.conf')).toBe('[main]\ngpgcheck=1');
    expect(await readFromTar(archive, 'var/lib/fixture/calls')).toMatch(/^dnf .*install .*dracut/m);
    const materials = await readFile(join(rig.root, 'dist/box/box.cdx.json'), 'utf8');
    expect(materials).toContain('pkg:rpm/centos/bash@1.0-1?arch=noarch&distro=centos-9');
    const lock = await readLock(`${rig.root}/images/box/image.lock.json`);
    expect(lock?.entries.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'file rpm-appstream',
      'file rpm-baseos',
    ]);

    const asked = mirror.requests.length;
    expect(stepsMade(done(await rig.build('box', options(mirror))))).toEqual({});
    expect(mirror.requests, 'an unchanged image asks nobody').toHaveLength(asked);

    await publish(rig, mirror, centos, '2.0');
    await rig.element('yum-minimal', { 'root.d/05-more': 'echo more >"$TARGET_ROOT/more"\n' });
    const offline = done(await rig.build('box', { ...options(mirror), network: 'offline' }));
    expect(hooksRun(offline)).toContain('root.d/08-bootstrap');
    expect(await readFromTar(offline.artifacts[0]?.file ?? '', 'usr/share/version')).toBe('1.0');

    await rig.remove('images/box/image.lock.json');
    const refreshed = done(await rig.build('box', options(mirror)));
    expect(await readFromTar(refreshed.artifacts[0]?.file ?? '', 'usr/share/version')).toBe('2.0');
  },
);

withDistribution(fedora, 'fedora-minimal gives the same tree twice', async (rig, mirror) => {
  const first = done(await rig.build('box', options(mirror)));
  const digests = first.artifacts.map(({ digest }) => digest);
  await rig.remove('store');
  await rig.remove('dist');
  const second = done(await rig.build('box', options(mirror)));
  expect(second.artifacts.map(({ digest }) => digest)).toEqual(digests);
});
