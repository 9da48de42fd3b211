import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { declaredPackages } from '@kiln/testkit/rig/distribution/declared-packages.ts';
import { serveDebRepository } from '@kiln/testkit/rig/distribution/deb-mirror.ts';
import { redHatPackages, ubuntuPackages } from '@kiln/testkit/rig/distribution/distributions.ts';
import type { LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { openRig, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { serveRpmRepository } from '@kiln/testkit/rig/rpm-mirror.ts';
import { loadRigImage } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';

const workspace = join(import.meta.dirname, '../..');

/** Opens a rig with the elements and images of this workspace as they are. */
export async function openAmphoraRig(): Promise<Rig> {
  const rig = await openRig();
  for (const folder of ['elements', 'images'])
    await cp(join(workspace, folder), join(rig.root, folder), { recursive: true, force: true });
  for (const image of await readdir(join(rig.root, 'images')))
    await rig.remove(`images/${image}/image.lock.json`);
  return rig;
}

/** Names of all packages that an image and its configurations may ask for, but for the bootstrap. */
function packagesOfImage(rig: Rig, image: string, distribution: string): readonly string[] {
  const plain = loadRigImage({ root: rig.root, image });
  if (!plain.ok) throw new Error(JSON.stringify(plain.failures));
  const images = Object.keys(plain.value.definition.configurations).map((configuration) =>
    loadRigImage({ root: rig.root, image, configuration }),
  );
  const folders = [plain, ...images].flatMap((it) =>
    it.ok ? it.value.elements.map(({ directory }) => directory) : expect.fail(JSON.stringify(it.failures)),
  );
  return declaredPackages([...new Set(folders)], distribution);
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
    const names = [...bootstrapPackages(rig, 'debootstrap'), ...packagesOfImage(rig, image, 'ubuntu')];
    const packages = await ubuntuPackages({ id: 'ubuntu', version, codename }, names);
    suites.push({ name: codename, components: { main: packages, restricted: [], universe: [] } });
    for (const pocket of ['updates', 'security'])
      suites.push({ name: `${codename}-${pocket}`, components: { main: [], restricted: [], universe: [] } });
  }
  const repository = { path: 'ubuntu', version: '1.0', suites };
  const key = await serveDebRepository(server, join(rig.root, 'deb'), repository);
  return { DIB_DISTRIBUTION_MIRROR: `${server.url}/ubuntu`, DIB_APT_KEYRING: key };
}

/** A distribution of the Red Hat family, where its mirror has it, and an image that is made of it. */
export interface RedHatRelease {
  readonly id: string;
  readonly version: string;
  /** Its package that says what it is. */
  readonly release: string;
  /** Folder of the mirror. */
  readonly path: string;
  readonly bootstrap: string;
  readonly image: string;
}

/** Serves a distribution: what a system is made of as BaseOS, all else as AppStream. */
export async function serveRedHat(
  server: LoopbackServer,
  rig: Rig,
  { id, version, release, path, bootstrap, image }: RedHatRelease,
): Promise<Readonly<Record<string, string>>> {
  const system = bootstrapPackages(rig, bootstrap);
  const names = [...system, ...packagesOfImage(rig, image, id)];
  const packages = await redHatPackages({ id, version }, release, names);
  const inBase = (name: string): boolean => system.includes(name) || name === release || name === 'python3';
  for (const [repository, wanted] of [
    ['BaseOS', true],
    ['AppStream', false],
  ] as const)
    await serveRpmRepository(server, join(rig.root, `rpm-${id}`), {
      path: `${path}/${repository}/x86_64/os`,
      version: '1.0',
      packages: packages.filter(({ name }) => inBase(name) === wanted),
    });
  return { DIB_DISTRIBUTION_MIRROR: `${server.url}/${id}`, DIB_YUM_GPGCHECK: '0' };
}
