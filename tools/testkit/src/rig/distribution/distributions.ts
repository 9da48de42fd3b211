import type { FixturePackage } from './fixture-package.ts';
import { redHatKernel, ubuntuKernel } from './kernel-packages.ts';
import { debianServices, redHatServices, unit } from './service-packages.ts';
import { systemTrees } from './system-trees.ts';

type Contents = Readonly<Record<string, Omit<FixturePackage, 'name'>>>;

/** A distribution that a mirror of a fixture has: its name and version as os-release tells them. */
export interface FixtureDistribution {
  readonly id: string;
  readonly version: string;
  /** Codename of a release: `noble`. */
  readonly codename?: string;
}

function osRelease({ id, version, codename }: FixtureDistribution): string {
  return [
    `NAME="${id[0]?.toUpperCase()}${id.slice(1)}"`,
    `ID="${id}"`,
    `VERSION_ID="${version}"`,
    ...(codename === undefined ? [] : [`VERSION_CODENAME=${codename}`]),
    '',
  ].join('\n');
}

/**
 * The packages of a release of Ubuntu: those that are named, empty but for what is known of them, and those that make a system.
 *
 * Programs of apt and dpkg are this host's, Python, git and GRUB too; services are units without programs; the kernel is none.
 */
export async function ubuntuPackages(
  distribution: FixtureDistribution,
  names: readonly string[],
): Promise<readonly FixturePackage[]> {
  const trees = await systemTrees();
  const contents: Contents = {
    ...debianServices,
    ...ubuntuKernel,
    'base-files': {
      tree: trees.base,
      files: { '/usr/lib/os-release': osRelease(distribution) },
      essential: true,
    },
    dpkg: { tree: trees.apt, essential: true },
    apt: { requires: ['dpkg'] },
    python3: { tree: trees.python },
    git: { tree: trees.git },
    'grub-common': { tree: trees.grub, files: { '/usr/sbin/update-grub': updateGrub } },
  };
  return packagesOf(contents, names);
}

const updateGrub = '#!/bin/sh\nexec grub-mkconfig -o /boot/grub/grub.cfg "$@"\n';

/** The same of a distribution of the Red Hat family; `release` is the package that says which it is. */
export async function redHatPackages(
  distribution: FixtureDistribution,
  release: string,
  names: readonly string[],
): Promise<readonly FixturePackage[]> {
  const trees = await systemTrees();
  const timer = '/usr/lib/systemd/system/dnf-makecache';
  const contents: Contents = {
    ...redHatServices,
    ...redHatKernel,
    bash: { tree: trees.base },
    [release]: {
      files: {
        '/usr/lib/os-release': osRelease(distribution),
        '/etc/yum.repos.d/distribution.repo': `[own]\nname=own\nmirrorlist=https://mirrors.example/list?release=${distribution.version}\n`,
      },
    },
    dnf: {
      tree: trees.dnf,
      requires: ['python3'],
      files: {
        '/etc/dnf/dnf.conf': '[main]\ngpgcheck=1\n',
        [`${timer}.service`]: unit('makecache'),
        [`${timer}.timer`]:
          '[Unit]\nDescription=makecache\n\n[Timer]\nOnBootSec=10min\n\n[Install]\nWantedBy=timers.target\n',
      },
      script: 'systemctl enable dnf-makecache.timer',
    },
    python3: { tree: trees.python },
    git: { tree: trees.git },
    'grub2-tools': { tree: trees.grub2 },
  };
  return packagesOf(contents, names);
}

function packagesOf(contents: Contents, names: readonly string[]): readonly FixturePackage[] {
  const all = new Set([...Object.keys(contents), ...names]);
  return [...all].map((name) => ({ name, ...contents[name] }));
}
