import type { FixturePackage } from './fixture-package.ts';
import { redHatKernel, ubuntuKernel } from './kernel-packages.ts';
import { debianServices, redHatServices, unit } from './service-packages.ts';
import { systemTrees } from './system-trees.ts';

/** What packages hold, by name. */
export type Contents = Readonly<Record<string, Omit<FixturePackage, 'name'>>>;

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

/** A distribution of the Red Hat family, and its package that says which it is. */
export interface RedHatDistribution extends FixtureDistribution {
  readonly release: string;
  /** Whether that package brings repositories, which are on the Internet. */
  readonly hasRepositories: boolean;
}

/** The same for distributions of the Red Hat family, which differ in their packages of the release alone. */
export async function redHatPackages(
  distributions: readonly RedHatDistribution[],
  names: readonly string[],
  more: Contents = {},
): Promise<readonly FixturePackage[]> {
  const trees = await systemTrees();
  const timer = '/usr/lib/systemd/system/dnf-makecache';
  const contents: Contents = {
    ...redHatServices,
    ...redHatKernel,
    ...more,
    ...Object.fromEntries(distributions.map((it) => [it.release, { script: writeRelease(it) }])),
    bash: { tree: trees.base },
    dnf: {
      tree: trees.dnf,
      requires: ['python3', 'libcurl.so.4'],
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

/** Packages that are built at once cannot have different files of one path. */
function writeRelease(distribution: RedHatDistribution): string {
  const { id, version, hasRepositories } = distribution;
  const lines = ['[own]', 'name=own', `mirrorlist=https://mirrors.example/list?release=${version}`];
  return [
    'mkdir -p /etc/yum.repos.d',
    ...(hasRepositories ? [`printf '%s\\n' '${lines.join("' '")}' >/etc/yum.repos.d/${id}.repo`] : []),
    `cat >/usr/lib/os-release <<'RELEASE'\n${osRelease(distribution)}RELEASE`,
  ].join('\n');
}

function packagesOf(contents: Contents, names: readonly string[]): readonly FixturePackage[] {
  const provided = new Set(Object.values(contents).flatMap(({ provides = [] }) => provides));
  const all = new Set([...Object.keys(contents), ...names.filter((name) => !provided.has(name))]);
  return [...all].map((name) => ({ name, ...contents[name] }));
}
