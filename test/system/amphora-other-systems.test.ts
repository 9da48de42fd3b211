import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskTree } from '@kiln/testkit/disk/open-tree.ts';
import { lackOf } from '@kiln/testkit/host/host-needs.ts';
import { noLeaks } from '@kiln/testkit/rig/find-leaks.ts';
import { hooksRun } from '@kiln/testkit/rig/open-rig.ts';
import { hostPython } from '@kiln/testkit/rig/distribution/system-trees.ts';
import { afterAll, beforeAll, expect } from 'vitest';
import { testOn } from '../host-needs.ts';
import { runScript } from '../scenarios/run-script.ts';
import { done } from '../scenarios/scenario.ts';
import {
  type AmphoraSystems,
  buildAmphora,
  commands,
  enabled,
  mirrorNeeds,
  openAmphoraSystems,
  withDisk,
} from './amphora-systems.ts';

// Octavia's images on systems that this host does not run, built from packages that the test makes: the programs of dpkg, dnf, systemd,
// Python and GRUB in them are this host's, HAProxy and the other services are units without programs.

let systems: AmphoraSystems;

beforeAll(async () => {
  if (lackOf(mirrorNeeds) === undefined) systems = await openAmphoraSystems();
});

afterAll(async () => {
  if (systems === undefined) return;
  await systems.server.close();
  expect(await systems.rig.leaks()).toEqual(noLeaks);
  await systems.rig.close();
});

// What the script builds goes with Ubuntu's, of which there are fewer.
const last = { ubuntu: Promise.resolve(), 'red-hat': Promise.resolve() };

/** A test whose builds wait for those of the one before it of its kind: more than two at once would only wait for the same disk. */
function inTurn(kind: keyof typeof last, name: string, body: () => Promise<void>): void {
  testOn(mirrorNeeds, name, () => {
    const mine = last[kind].then(body, body);
    last[kind] = mine;
    return mine;
  });
}

const isEarly = (hook: string): boolean => /^(root|pre-install|install)\.d\//.test(hook);

async function expectAgentOfSource(tree: DiskTree): Promise<void> {
  const site = `/opt/amphora-agent-venv/lib/${hostPython}/site-packages`;
  expect(await tree.readText(`${site}/fixture_library.py`), 'constraints hold it back').toContain('1.0');
  expect(await tree.readText(`${site}/octavia_lib/__init__.py`)).toContain('of the repository');
  expect(await tree.readText('/opt/amphora-agent.gitref')).toBe(`${systems.sources.commit}\n`);
  expect(await enabled(tree, 'amphora-agent.service', 'prometheus-proxy.service')).toHaveLength(2);
}

inTurn('ubuntu', 'noble: the agent from its repository, confined by AppArmor', async () => {
  await buildAmphora(systems, { system: 'noble' }, async (built) => {
    const { tree, build } = built;
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
    expect(built.exported).toMatchObject({ DISTRO_NAME: 'ubuntu', DIB_BLOCK_DEVICE: 'efi' });
    expect(built.packages).toEqual(expect.arrayContaining(['haproxy', 'keepalived', 'linux-image-virtual']));
    expect(built.packages).not.toContain('build-essential');
    expect(await tree.readText('/etc/apt/sources.list.d/security.list')).toBe(
      `deb ${systems.server.url}/ubuntu noble-security main restricted universe\n`,
    );
    expect(await tree.readText('/etc/apparmor.d/usr.sbin.rsyslogd')).toContain('flags=(attach_disconnected)');
    expect(await tree.readText('/boot/initrd.img-6.0.0-1.x86_64')).toContain('ramdisk of 6.0.0-1.x86_64');
    expect(await enabled(tree, 'ssh.service', 'haproxy.service', 'keepalived.service')).toEqual([
      'ssh.service',
    ]);
  });
  await buildAmphora(systems, { system: 'noble', configuration: 'no-sshd' }, async ({ tree, build }) => {
    expect(hooksRun(build).filter(isEarly), 'what packages are made of is shared').toEqual([]);
    expect(await tree.exists('/usr/sbin/sshd')).toBe(false);
  });
});

inTurn('ubuntu', 'jammy: the agent from its package', async () => {
  await buildAmphora(systems, { system: 'jammy', configuration: 'package' }, async (built) => {
    const { tree } = built;
    expect(built.packages).toContain('amphora-agent');
    expect(built.packages).not.toContain('python3-venv');
    expect(await tree.exists('/opt/amphora-agent-venv')).toBe(false);
    expect(await enabled(tree, 'amphora-agent.service', 'certs-ramfs.service')).toHaveLength(2);
    expect(await tree.readText('/etc/os-release')).toContain('VERSION_CODENAME=jammy');
  });
});

inTurn('red-hat', 'CentOS Stream: the agent from its repository, reserved CPUs', async () => {
  // All that the image has by itself, and tuned.
  await buildAmphora(systems, { system: 'centos9', configuration: 'cpu-pinning' }, async (built) => {
    const { tree, calls } = built;
    await expectAgentOfSource(tree);
    expect(built.exported).toMatchObject({ DISTRO_NAME: 'centos', DIB_BLOCK_DEVICE: 'efi' });
    expect(built.packages).toEqual(expect.arrayContaining(['cronie', 'curl', 'iptables-nft', 'sos']));
    expect(built.packages.filter((name) => /gcc|-devel$|^git$|curl-minimal|firewalld/.test(name))).toEqual(
      [],
    );
    expect(await tree.readText('/etc/selinux/config')).toBe('SELINUX=permissive\nSELINUXTYPE=targeted\n');
    expect(calls.filter((call) => call.startsWith('setfiles '))).toHaveLength(1);
    expect(await tree.list('/etc/yum.repos.d')).toEqual(['centos.repo']);
    expect(await tree.readText('/etc/dnf/dnf.conf')).toBe('[main]\ngpgcheck=1\n');
    expect(await tree.readText('/var/lib/octavia/haproxy-default-user-group.conf')).toContain(
      'group haproxy',
    );
    const units = ['sshd.service', 'crond.service', 'tuned.service'];
    const others = ['dnf-makecache.timer', 'haproxy.service', 'irqbalance.service'];
    expect(await enabled(tree, ...units, ...others)).toEqual(units);
    expect(await tree.readText('/boot/grub/grub.cfg')).toContain('vmlinuz-6.0.0-1.x86_64 root=LABEL=');
  });
});

inTurn('red-hat', 'Rocky: the agent from RDO’s package, which has a unit of another name', async () => {
  await buildAmphora(systems, { system: 'rocky9', configuration: 'package' }, async (built) => {
    const { tree } = built;
    expect(built.packages).toContain('openstack-octavia-amphora-agent');
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

inTurn(
  'red-hat',
  'RHEL: of a guest image, with packages of a registration that ends with the build',
  async () => {
    const definition = 'elements: [rhel-guest-image]\nskip-base: true\nformats: [qcow2]\nsize: 2GiB\n';
    const { rig, mirrorOf } = systems;
    await rig.write('images/guest/image.yaml', definition);
    const guest = done(await rig.build('guest', { environment: { ARCH: 'amd64', ...mirrorOf('rhel') } }));
    const registration = {
      DIB_LOCAL_IMAGE: guest.artifacts[0]?.file ?? '',
      REG_METHOD: 'portal',
      REG_USER: 'builder',
      REG_PASSWORD: 'a-secret-of-16-c',
      REG_REPOS: 'BaseOS,AppStream',
    };
    await buildAmphora(
      systems,
      { system: 'rhel9', configuration: 'package', environment: registration },
      async (built) => {
        const { tree, calls } = built;
        expect(built.exported).toMatchObject({ DISTRO_NAME: 'rhel' });
        expect(built.packages).toEqual(
          expect.arrayContaining(['haproxy', 'openstack-octavia-amphora-agent']),
        );
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
      },
    );
  },
);

inTurn(
  'ubuntu',
  'diskimage-create.sh: CentOS that enforces, in FIPS mode, without an SSH server',
  async () => {
    const { rig, sources, mirrorOf } = systems;
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
    await withDisk(join(cwd, 'amphora.qcow2'), async (tree) => {
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
    });
  },
);
