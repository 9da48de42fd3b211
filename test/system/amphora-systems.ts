import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDisk, type VerificationReport } from '@kiln/testkit';
import type { DiskTree } from '@kiln/testkit/disk/open-tree.ts';
import type { HostNeed } from '@kiln/testkit/host/host-needs.ts';
import { createHostRunner } from '@kiln/testkit/host/host-runner.ts';
import { hostPython } from '@kiln/testkit/rig/distribution/system-trees.ts';
import { type LoopbackServer, startLoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import type { Rig } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { readUnitState } from '@kiln/testkit/verify/system/unit-state.ts';
import { expect } from 'vitest';
import { building, tools } from '../host-needs.ts';
import { runScript } from '../scenarios/run-script.ts';
import { done } from '../scenarios/scenario.ts';
import { openAmphoraRig, type RedHatRelease, serveRedHat, serveUbuntu } from './amphora-mirrors.ts';
import { type AmphoraSources, pipOfThisHost, serveAmphoraSources } from './amphora-sources.ts';

const programs =
  'mmdebstrap apt-get gpg dnf rpm rpmbuild createrepo_c curl git systemctl useradd grub-mkconfig';

/** What the mirrors are made of. */
export const mirrorNeeds: readonly HostNeed[] = [
  ...building,
  tools(...programs.split(' '), hostPython),
  { lack: () => (pipOfThisHost() === undefined ? 'the wheel of pip (python3-pip-whl)' : undefined) },
];

export const commands = join(import.meta.dirname, '../../tools/cli/bin');

type Variables = Readonly<Record<string, string>>;

/** A workspace with Octavia's images, the mirrors of their systems, and what an agent from source is made of. */
export interface AmphoraSystems {
  readonly rig: Rig;
  readonly server: LoopbackServer;
  readonly sources: AmphoraSources;
  /** Variables that lead a build to a mirror; `system` is a release of Ubuntu, or the name of another distribution. */
  readonly mirrorOf: (system: string) => Variables;
}

const redHat: readonly RedHatRelease[] = [
  {
    id: 'centos',
    version: '9',
    release: 'centos-stream-release',
    hasRepositories: true,
    path: 'centos/9-stream',
    bootstrap: 'centos-minimal',
    image: 'amphora-haproxy-centos9',
  },
  {
    id: 'rocky',
    version: '9.4',
    release: 'rocky-release',
    hasRepositories: true,
    path: 'rocky/9',
    bootstrap: 'rocky-minimal',
    image: 'amphora-haproxy-rocky9',
  },
  {
    id: 'rhel',
    version: '9.4',
    release: 'redhat-release',
    hasRepositories: false,
    path: 'rhel/9',
    bootstrap: 'rhel-guest-image',
    image: 'amphora-haproxy-rhel9',
  },
];

export async function openAmphoraSystems(): Promise<AmphoraSystems> {
  const [rig, server] = await Promise.all([openAmphoraRig(), startLoopbackServer()]);
  const sources = await serveAmphoraSources(server, join(rig.root, 'upstream'), pipOfThisHost() ?? '');
  const [ubuntu, ofRedHat] = await Promise.all([
    serveUbuntu(server, rig, [
      { codename: 'noble', version: '24.04', image: 'amphora-haproxy-noble' },
      { codename: 'jammy', version: '22.04', image: 'amphora-haproxy-jammy' },
    ]),
    serveRedHat(server, rig, redHat),
  ]);
  const mirrorOf = (system: string): Variables =>
    system === 'noble' || system === 'jammy' ? ubuntu : ofRedHat(system);
  return { rig, server, sources, mirrorOf };
}

/** Which image is built, as which of its configurations, and what the user sets beside mirror and sources. */
export interface AmphoraCase {
  /** `noble`, `centos9`. */
  readonly system: string;
  readonly configuration?: string;
  readonly environment?: Variables;
}

/** An amphora that was built: its files, and what was asked of its programs while it was. */
export interface BuiltAmphora {
  readonly build: RigBuild;
  readonly tree: DiskTree;
  readonly calls: readonly string[];
  /** What hooks saw of the variables that checks look at. */
  readonly exported: Variables;
  /** Names of its packages. */
  readonly packages: readonly string[];
}

interface Manifest {
  readonly exported: Variables;
  readonly packages: readonly { readonly name: string }[];
}

/** Builds an image, has `kiln verify` pass it, and looks into its disk. */
export async function buildAmphora(
  { rig, sources, mirrorOf }: AmphoraSystems,
  { system, configuration, environment = {} }: AmphoraCase,
  body: (built: BuiltAmphora) => Promise<void>,
): Promise<void> {
  const image = `amphora-haproxy-${system}`;
  const name = configuration === undefined ? image : `${image}.${configuration}`;
  const outputDirectory = join(rig.root, 'dist/images', name);
  const mirror = mirrorOf(system.replace(/9$/, ''));
  const user = { ARCH: 'amd64', ...sources.environment, ...mirror, ...environment };
  const build = done(await rig.build(image, { configuration, outputDirectory, environment: user }));

  const words = configuration === undefined ? [] : ['-c', configuration];
  const verified = await runScript(join(commands, 'kiln'), ['verify', image, '--json', ...words], {
    cwd: rig.root,
    environment: user,
  });
  expect(verified.stderr).toBe('');
  const report = JSON.parse(verified.stdout) as VerificationReport;
  expect(report.checks.filter(({ status }) => status === 'fail')).toEqual([]);

  const manifest = JSON.parse(await readFile(join(outputDirectory, 'manifest.json'), 'utf8')) as Manifest;
  await withDisk(join(outputDirectory, `${image}.qcow2`), async (tree) => {
    const calls = ((await tree.readText('/var/lib/fixture/calls')) ?? '').split('\n');
    const packages = manifest.packages.map((it) => it.name);
    await body({ build, tree, calls, exported: manifest.exported, packages });
  });
}

/** Looks at the files of a disk. */
export async function withDisk(file: string, body: (tree: DiskTree) => Promise<void>): Promise<void> {
  const disk = await openDisk({ file, run: createHostRunner() });
  try {
    await body(disk.tree);
  } finally {
    await disk.close();
  }
}

/** Those of some units that systemd would start. */
export async function enabled(tree: DiskTree, ...units: readonly string[]): Promise<readonly string[]> {
  const states = await Promise.all(units.map((unit) => readUnitState(tree, unit)));
  return units.filter((_, index) => states[index]?.state === 'enabled');
}
