import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHostRunner } from '@kiln/testkit/host/host-runner.ts';
import { type LoopbackServer, startLoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { hooksRun, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { openDisk, type VerificationReport } from '@kiln/testkit';
import type { DiskTree } from '@kiln/testkit/disk/open-tree.ts';
import { readUnitState } from '@kiln/testkit/verify/system/unit-state.ts';
import { afterAll, beforeAll, expect } from 'vitest';
import { noLeaks } from '@kiln/testkit/rig/find-leaks.ts';
import { lackOf } from '@kiln/testkit/host/host-needs.ts';
import { building, testOn, tools } from '../host-needs.ts';
import { done } from '../scenarios/scenario.ts';
import { runScript } from '../scenarios/run-script.ts';
import { openAmphoraRig, serveRedHat, serveUbuntu } from './amphora-mirrors.ts';
import { type AmphoraSources, pipOfThisHost, serveAmphoraSources } from './amphora-sources.ts';

// Octavia's images on systems that this host does not run, built from packages that the test makes: the programs of dpkg, dnf, systemd,
// Python and GRUB in them are this host's, HAProxy and the other services are units without programs.

const needs = [
  ...building,
  tools(
    'mmdebstrap',
    'apt-get',
    'gpg',
    'dnf',
    'rpm',
    'rpmbuild',
    'createrepo_c',
    'curl',
    'git',
    'grub-mkimage',
    'python3.11',
  ),
  { lack: () => (pipOfThisHost() === undefined ? 'the wheel of pip (python3-pip-whl)' : undefined) },
];
const commands = join(import.meta.dirname, '../../tools/cli/bin');

type Variables = Readonly<Record<string, string>>;

let rig: Rig;
let server: LoopbackServer;
let sources: AmphoraSources;
let mirrorOf: (system: string) => Variables;

beforeAll(async () => {
  if (needs.some((need) => lackOf([need]) !== undefined)) return;
  [rig, server] = await Promise.all([openAmphoraRig(), startLoopbackServer()]);
  sources = await serveAmphoraSources(server, join(rig.root, 'upstream'), pipOfThisHost() ?? '');
  const [ubuntu, redHat] = await Promise.all([
    serveUbuntu(server, rig, [
      { codename: 'noble', version: '24.04', image: 'amphora-haproxy-noble' },
      { codename: 'jammy', version: '22.04', image: 'amphora-haproxy-jammy' },
    ]),
    serveRedHat(server, rig, [
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
    ]),
  ]);
  mirrorOf = (system) => (['noble', 'jammy'].includes(system) ? ubuntu : redHat(system));
});

afterAll(async () => {
  await server?.close();
  if (rig !== undefined) {
    expect(await rig.leaks()).toEqual(noLeaks);
    await rig.close();
  }
});

/** An amphora that was built: its files, and what was asked of its packages and services while it was. */
interface BuiltAmphora {
  readonly build: RigBuild;
  readonly tree: DiskTree;
  readonly calls: readonly string[];
  readonly manifest: {
    readonly exported: Variables;
    readonly packages: readonly { readonly name: string }[];
  };
}

// What the script builds goes with Ubuntu's, of which there are fewer.
const last = { ubuntu: Promise.resolve(), 'red-hat': Promise.resolve() };

/** A test whose builds wait for those of the one before it of its kind: more than two at once would only wait for the same disk. */
function inTurn(kind: keyof typeof last, name: string, body: () => Promise<void>): void {
  testOn(needs, name, () => {
    const mine = last[kind].then(body, body);
    last[kind] = mine;
    return mine;
  });
}

/** Builds an image as a configuration has it, has `kiln verify` check it, and looks into its disk. */
async function amphora(
  system: string,
  configuration: string | undefined,
  environment: Variables,
  body: (built: BuiltAmphora) => Promise<void>,
): Promise<void> {
  const image = `amphora-haproxy-${system}`;
  const name = configuration === undefined ? image : `${image}.${configuration}`;
  const outputDirectory = join(rig.root, 'dist/images', name);
  const user = {
    ARCH: 'amd64',
    ...sources.environment,
    ...mirrorOf(system.replace(/9$/, '')),
    ...environment,
  };
  const build = done(await rig.build(image, { configuration, outputDirectory, environment: user }));
  const words = ['verify', image, '--json', ...(configuration === undefined ? [] : ['-c', configuration])];
  expect(failedChecks(rig.root, words, user)).toEqual([]);
  const disk = await openDisk({ file: join(outputDirectory, `${image}.qcow2`), run: createHostRunner() });
  try {
    const calls = ((await disk.tree.readText('/var/lib/fixture/calls')) ?? '').split('\n');
    const manifest = JSON.parse(await readFile(join(outputDirectory, 'manifest.json'), 'utf8')) as never;
    await body({ build, tree: disk.tree, calls, manifest });
  } finally {
    await disk.close();
  }
}

function failedChecks(cwd: string, words: readonly string[], environment: Variables): readonly string[] {
  const { PATH = '', HOME = '' } = process.env;
  const run = spawnSync(process.execPath, [join(commands, 'kiln.js'), '-C', cwd, ...words], {
    encoding: 'utf8',
    env: { PATH, HOME, ...environment },
  });
  if (!run.stdout.startsWith('{')) throw new Error(run.stderr);
  const report = JSON.parse(run.stdout) as VerificationReport;
  return report.checks.flatMap(({ id, detail, status }) => (status === 'fail' ? [`${id}: ${detail}`] : []));
}

const namesOf = ({ manifest }: BuiltAmphora): readonly string[] => manifest.packages.map(({ name }) => name);

async function enabled(tree: DiskTree, ...units: readonly string[]): Promise<readonly string[]> {
  const states = await Promise.all(units.map((unit) => readUnitState(tree, unit)));
  return units.filter((_, index) => states[index]?.state === 'enabled');
}

async function expectAgentOfSource(tree: DiskTree): Promise<void> {
  const site = '/opt/amphora-agent-venv/lib/python3.11/site-packages';
  expect(await tree.readText(`${site}/fixture_library.py`), 'constraints hold it back').toContain('1.0');
  expect(await tree.readText(`${site}/octavia_lib/__init__.py`)).toContain('of the repository');
  expect(await tree.readText('/opt/amphora-agent.gitref')).toBe(`${sources.commit}\n`);
  expect(await enabled(tree, 'amphora-agent.service', 'prometheus-proxy.service')).toHaveLength(2);
}

inTurn('ubuntu', 'noble: the agent from its repository, confined by AppArmor', async () => {
  await amphora('noble', undefined, {}, async (built) => {
    const { tree, build, manifest } = built;
    await expectAgentOfSource(tree);
    const hooks = hooksRun(build);
    expect(hooks.filter((hook) => /amphora|octavia|haproxy|apparmor|certs|agent/.test(hook))).toEqual([
      'install.d/75-amphora-agent-install',
      'install.d/76-haproxy-home',
      'install.d/76-octavia-lib-install',
      'post-install.d/10-rsyslog-apparmor',
      'post-install.d/11-enable-amphora-agent',
      'post-install.d/20-haproxy-sysctl',
      'post-install.d/21-haproxy-for-octavia',
      'post-install.d/30-enable-certs-ramfs',
      'post-install.d/89-remove-octavia-lib-source',
      'post-install.d/96-agent-loads',
    ]);
    expect(manifest.exported).toMatchObject({ DISTRO_NAME: 'ubuntu', DIB_BLOCK_DEVICE: 'efi' });
    expect(namesOf(built)).toEqual(expect.arrayContaining(['haproxy', 'keepalived', 'linux-image-virtual']));
    expect(namesOf(built)).not.toContain('build-essential');
    expect(await tree.readText('/etc/apt/sources.list.d/security.list')).toBe(
      `deb ${server.url}/ubuntu noble-security main restricted universe\n`,
    );
    expect(await tree.readText('/etc/apparmor.d/usr.sbin.rsyslogd')).toContain('flags=(attach_disconnected)');
    expect(await tree.readText('/boot/initrd.img-6.0.0-1.x86_64')).toContain('ramdisk of 6.0.0-1.x86_64');
    expect(await enabled(tree, 'ssh.service', 'haproxy.service', 'keepalived.service')).toEqual([
      'ssh.service',
    ]);
  });
  await amphora('noble', 'no-sshd', {}, async ({ tree, build }) => {
    expect(hooksRun(build)[0], 'all before it is shared').toMatch(/^post-install\.d\//);
    expect(await tree.exists('/usr/sbin/sshd')).toBe(false);
  });
});

inTurn('ubuntu', 'jammy: the agent from its package', async () => {
  await amphora('jammy', 'package', {}, async (built) => {
    const { tree } = built;
    expect(namesOf(built)).toContain('amphora-agent');
    expect(namesOf(built)).not.toContain('python3-venv');
    expect(await tree.exists('/opt/amphora-agent-venv')).toBe(false);
    expect(await enabled(tree, 'amphora-agent.service', 'certs-ramfs.service')).toHaveLength(2);
    expect(await tree.readText('/etc/os-release')).toContain('VERSION_CODENAME=jammy');
  });
});

inTurn('red-hat', 'CentOS Stream: the agent from its repository, SELinux reports', async () => {
  await amphora('centos9', undefined, {}, async (built) => {
    const { tree, calls, manifest } = built;
    await expectAgentOfSource(tree);
    expect(manifest.exported).toMatchObject({ DISTRO_NAME: 'centos', DIB_BLOCK_DEVICE: 'efi' });
    expect(namesOf(built)).toEqual(expect.arrayContaining(['cronie', 'curl', 'iptables-nft', 'sos']));
    expect(namesOf(built).filter((name) => /gcc|-devel$|^git$|curl-minimal|firewalld/.test(name))).toEqual(
      [],
    );
    expect(await tree.readText('/etc/selinux/config')).toBe('SELINUX=permissive\nSELINUXTYPE=targeted\n');
    expect(calls.filter((call) => call.startsWith('setfiles '))).toHaveLength(1);
    expect(await tree.list('/etc/yum.repos.d')).toEqual(['centos.repo']);
    expect(await tree.readText('/etc/dnf/dnf.conf')).toBe('[main]\ngpgcheck=1\n');
    expect(await tree.readText('/var/lib/octavia/haproxy-default-user-group.conf')).toContain(
      'group haproxy',
    );
    const units = ['sshd.service', 'crond.service', 'dnf-makecache.timer', 'haproxy.service'];
    expect(await enabled(tree, ...units)).toEqual(['sshd.service', 'crond.service']);
    expect(await tree.readText('/boot/grub/grub.cfg')).toContain('vmlinuz-6.0.0-1.x86_64 root=LABEL=');
  });
  await amphora('centos9', 'cpu-pinning', {}, async ({ tree, build }) => {
    expect(hooksRun(build)[0], 'all before it is shared').toMatch(/^post-install\.d\//);
    expect(await enabled(tree, 'tuned.service', 'irqbalance.service')).toEqual(['tuned.service']);
  });
});

inTurn('red-hat', 'Rocky: the agent from RDO’s package, which has a unit of another name', async () => {
  await amphora('rocky9', 'package', {}, async (built) => {
    const { tree } = built;
    expect(namesOf(built)).toContain('openstack-octavia-amphora-agent');
    expect(await tree.readLink('/etc/systemd/system/amphora-agent.service')).toBe(
      '/lib/systemd/system/octavia-amphora-agent.service',
    );
    const units = ['octavia-amphora-agent.service', 'certs-ramfs.service'];
    expect(await enabled(tree, ...units)).toEqual(units);
    const unit = 'octavia-amphora-agent.service';
    expect(await tree.exists(`/etc/systemd/system/${unit}.requires/certs-ramfs.service`)).toBe(true);
    expect(await tree.readText(`/etc/systemd/system/${unit}.d/10-amphora.conf`)).toContain(
      'WorkingDirectory=/',
    );
  });
});

testOn(
  needs,
  'RHEL: of a guest image, with packages of a registration that ends with the build',
  async () => {
    const definition = 'elements: [rhel-guest-image]\nskip-base: true\nformats: [qcow2]\nsize: 2GiB\n';
    await rig.write('images/guest/image.yaml', definition);
    const guest = done(await rig.build('guest', { environment: { ARCH: 'amd64', ...mirrorOf('rhel') } }));
    const registration = {
      DIB_LOCAL_IMAGE: guest.artifacts[0]?.file ?? '',
      REG_METHOD: 'portal',
      REG_USER: 'builder',
      REG_PASSWORD: 'a-secret-of-16-c',
      REG_REPOS: 'BaseOS,AppStream',
    };
    await amphora('rhel9', 'package', registration, async (built) => {
      const { tree, calls, manifest } = built;
      expect(manifest.exported).toMatchObject({ DISTRO_NAME: 'rhel' });
      expect(namesOf(built)).toEqual(expect.arrayContaining(['haproxy', 'openstack-octavia-amphora-agent']));
      expect(calls.filter((call) => call.startsWith('subscription-manager '))).toEqual([
        'subscription-manager register --username builder',
        'subscription-manager repos --enable=BaseOS',
        'subscription-manager repos --enable=AppStream',
        'subscription-manager unregister',
        'subscription-manager clean',
      ]);
      expect((await tree.list('/etc/yum.repos.d')) ?? []).toEqual([]);
      expect(await tree.exists('/etc/pki/consumer/cert.pem')).toBe(false);
      expect(await enabled(tree, 'sshd.service', 'octavia-amphora-agent.service')).toHaveLength(2);
    });
  },
);

inTurn(
  'ubuntu',
  'diskimage-create.sh: CentOS that enforces, in FIPS mode, without an SSH server',
  async () => {
    const cwd = join(rig.root, 'script');
    await mkdir(cwd);
    const words = '-i centos-minimal -d 9-stream -e -y -n -p -o amphora'.split(' ');
    const run = await runScript(join(commands, 'diskimage-create.sh'), words, {
      cwd,
      environment: {
        KILN_STORE: rig.store,
        OCTAVIA_REPO_PATH: rig.root,
        ...sources.environment,
        ...mirrorOf('centos'),
      },
    });
    expect(run.stderr).toBe('');
    const disk = await openDisk({ file: join(cwd, 'amphora.qcow2'), run: createHostRunner() });
    try {
      const { tree } = disk;
      expect(await tree.readText('/etc/selinux/config')).toContain('SELINUX=enforcing');
      expect(await tree.readText('/var/lib/selinux/targeted/active/booleans.local')).toBe(
        'os_haproxy_enable_nsfs=1\nos_haproxy_ping=1\ncluster_use_execmem=1\nkeepalived_connect_any=1\n',
      );
      expect(await tree.readText('/etc/crypto-policies/config')).toBe('FIPS\n');
      expect(await tree.readText('/boot/grub/grub.cfg')).toMatch(/^\s*linux\s.* fips=1$/m);
      expect(await tree.readText('/boot/initramfs-6.0.0-1.x86_64.img')).toContain(
        'add_dracutmodules+=" fips "',
      );
      expect(await tree.exists('/usr/sbin/sshd')).toBe(false);
      expect(await enabled(tree, 'octavia-amphora-agent.service')).toHaveLength(1);
    } finally {
      await disk.close();
    }
  },
);
