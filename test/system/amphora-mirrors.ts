import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { copyFolder } from '@kiln/testkit/rig/copy-folder.ts';
import { declaredPackages } from '@kiln/testkit/rig/distribution/declared-packages.ts';
import { serveDebRepository } from '@kiln/testkit/rig/distribution/deb-mirror.ts';
import {
  type RedHatDistribution,
  redHatPackages,
  ubuntuPackages,
} from '@kiln/testkit/rig/distribution/distributions.ts';
import type { LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { openRig, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { serveRpmRepositories } from '@kiln/testkit/rig/rpm-mirror.ts';
import { loadRigImage } from '@kiln/testkit/rig/run-rig-build.ts';
import type { SystemName } from '@kiln/testkit/verify/system/package-names.ts';
import { expect } from 'vitest';

const workspace = join(import.meta.dirname, '../..');

/** Opens a rig with the elements and images of this workspace as they are. */
export async function openAmphoraRig(): Promise<Rig> {
  const rig = await openRig();
  for (const folder of ['elements', 'images'])
    await copyFolder(join(workspace, folder), join(rig.root, folder));
  for (const image of await readdir(join(rig.root, 'images')))
    await rig.remove(`images/${image}/image.lock.json`);
  // What makes it a workspace to the commands.
  await rig.write('nx.json', '{}');
  await rig.element('rhel-guest-image', guestImage(rig));
  return rig;
}

/** An element that makes what Red Hat publishes as its guest image: a system of packages, without a repository. */
function guestImage(rig: Rig): Readonly<Record<string, string>> {
  const read = (path: string): string => readFileSync(join(rig.root, 'elements/rocky-minimal', path), 'utf8');
  return {
    'element-deps': 'yum-minimal\n',
    'element-provides': 'operating-system\n',
    'environment.d/10-guest.bash': read('environment.d/10-rocky-minimal.bash').replaceAll('rocky', 'rhel'),
    'yum-repos.bash': read('yum-repos.bash').replace(
      'rocky-release',
      'redhat-release subscription-manager openssh-server cloud-init',
    ),
  };
}

/** Registers a system at nobody: the repositories that are asked for are those of the mirror. */
function subscriptionManager(mirror: string): string {
  return `#!/bin/bash
set -eu
echo "subscription-manager $*" >>/var/lib/fixture/calls
case $1 in
register) read -r _; mkdir -p /etc/pki/consumer; echo certificate >/etc/pki/consumer/cert.pem ;;
repos) name=\${2#*=}; printf '%s\\n' "[$name]" "name=$name" "baseurl=${mirror}/$name/x86_64/os" gpgcheck=0 >>/etc/yum.repos.d/redhat.repo ;;
unregister) rm -f /etc/pki/consumer/cert.pem /etc/yum.repos.d/redhat.repo ;;
esac
`;
}

/** Names of all packages that an image and its configurations may ask for, but for the bootstrap. */
function packagesOfImage(rig: Rig, image: string, system: SystemName): readonly string[] {
  const plain = loadRigImage({ root: rig.root, image });
  if (!plain.ok) throw new Error(JSON.stringify(plain.failures));
  const images = Object.keys(plain.value.definition.configurations).map((configuration) =>
    loadRigImage({ root: rig.root, image, configuration }),
  );
  const folders = [plain, ...images].flatMap((it) =>
    it.ok ? it.value.elements.map(({ directory }) => directory) : expect.fail(JSON.stringify(it.failures)),
  );
  return declaredPackages([...new Set(folders)], system);
}

/** Names of the packages in the bootstrap's own list. */
function bootstrapPackages(rig: Rig, element: string): readonly string[] {
  if (element === 'debootstrap') {
    const hook = readFileSync(join(rig.root, 'elements/debootstrap/root.d/08-bootstrap'), 'utf8');
    return (/^packages=\(([^)]*)\)/m.exec(hook)?.[1] ?? '').split(/\s+/).filter(Boolean);
  }
  const folder = join(rig.root, 'elements', element);
  const script = `cd "$1"; source <(grep -v ^source yum-repos.bash); yum_packages`;
  const { stdout } = spawnSync('bash', ['--norc', '-c', script, 'list', folder], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean);
}

/** Serves releases of Ubuntu, as one mirror. @returns the variables that lead a build to it. */
export async function serveUbuntu(
  server: LoopbackServer,
  rig: Rig,
  releases: readonly { readonly codename: string; readonly version: string; readonly image: string }[],
): Promise<Readonly<Record<string, string>>> {
  const suites = [];
  for (const { codename, version, image } of releases) {
    const names = [
      ...bootstrapPackages(rig, 'debootstrap'),
      ...packagesOfImage(rig, image, { distribution: 'ubuntu', release: codename }),
    ];
    const packages = await ubuntuPackages({ id: 'ubuntu', version, codename }, names);
    suites.push({ name: codename, version, components: { main: packages, restricted: [], universe: [] } });
    for (const pocket of ['updates', 'security'])
      suites.push({
        name: `${codename}-${pocket}`,
        version,
        components: { main: [], restricted: [], universe: [] },
      });
  }
  const repository = { path: 'ubuntu', suites };
  const key = await serveDebRepository(server, join(rig.root, 'deb'), repository);
  return { DIB_DISTRIBUTION_MIRROR: `${server.url}/ubuntu`, DIB_APT_KEYRING: key };
}

/** A distribution of the Red Hat family, where its mirror has it, and an image that is made of it. */
export interface RedHatRelease extends RedHatDistribution {
  /** Folder of its release on the mirror. */
  readonly path: string;
  /** The element with the list of the packages that a system is made of. */
  readonly bootstrap: string;
  readonly image: string;
}

/** Serves distributions, each with what a system is made of as BaseOS, and all else as AppStream. @returns the variables that lead builds to them. */
export async function serveRedHat(
  server: LoopbackServer,
  rig: Rig,
  releases: readonly RedHatRelease[],
): Promise<(id: string) => Readonly<Record<string, string>>> {
  const system = new Set([
    'python3',
    ...releases.flatMap(({ bootstrap, release }) => [release, ...bootstrapPackages(rig, bootstrap)]),
  ]);
  const names = releases.flatMap(({ image, id, version }) =>
    packagesOfImage(rig, image, { distribution: id, release: version }),
  );
  const place = (name: string): readonly string[] => releases.map(({ path }) => `${path}/${name}/x86_64/os`);
  await serveRpmRepositories(server, join(rig.root, 'rpm'), {
    version: '1.0',
    packages: await redHatPackages(releases, [...system, ...names], {
      'subscription-manager': {
        files: { '/usr/sbin/subscription-manager': subscriptionManager(`${server.url}/rhel/9`) },
      },
    }),
    places: [
      { paths: place('BaseOS'), holds: (name) => system.has(name) },
      { paths: place('AppStream'), holds: (name) => !system.has(name) },
    ],
  });
  return (id) => ({ DIB_DISTRIBUTION_MIRROR: `${server.url}/${id}`, DIB_YUM_GPGCHECK: '0' });
}
