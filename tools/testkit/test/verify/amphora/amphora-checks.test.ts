import { describe, expect, it } from 'vitest';
import { memoryReader, type MemoryEntry } from '../../../src/disk/memory-reader.ts';
import { openTree, type DiskTree } from '../../../src/disk/open-tree.ts';
import { amphoraChecks } from '../../../src/verify/amphora/amphora-checks.ts';
import { checkLogrotateFile } from '../../../src/verify/amphora/check-logrotate-file.ts';
import type { VerificationReport } from '../../../src/verify/verification-report.ts';
import { verifyTree, type VerifyTreeRequest } from '../../../src/verify/verify-artifact.ts';
import { healthyFiles, kernelVersion } from '../healthy-tree.ts';
import { amphoraFiles, sourceAmphoraFiles, stanza } from './amphora-tree.ts';

type Changes = Readonly<Record<string, MemoryEntry | undefined>>;

function treeOf(files: Changes): DiskTree {
  const present = Object.entries(files).filter(
    (entry): entry is [string, MemoryEntry] => entry[1] !== undefined,
  );
  return openTree(memoryReader(Object.fromEntries(present)));
}

function verify(files: Changes, more: Partial<VerifyTreeRequest> = {}): Promise<VerificationReport> {
  return verifyTree({ tree: treeOf(files), name: 'fixture', profile: 'detect', ...more });
}

const failuresOf = (report: VerificationReport): readonly (readonly [string, string])[] =>
  report.checks.filter(({ status }) => status === 'fail').map(({ id, detail }) => [id, detail] as const);

const status = String(amphoraFiles['/var/lib/dpkg/status']);

/** Ways to break an amphora, each seen by one check and no other. */
const breakages: readonly (readonly [what: string, changes: Changes, check: string, says: RegExp])[] = [
  [
    'the agent is missing',
    { '/usr/bin/amphora-agent': { mode: 0o644, content: '' } },
    'amphora-agent',
    /not executable/,
  ],
  ['its sources are left', { '/opt/amphora-agent/setup.py': 'x' }, 'amphora-agent', /sources/],
  [
    'keepalived is missing',
    { '/var/lib/dpkg/status': status.replace(stanza('keepalived'), '') },
    'amphora-packages',
    /keepalived: not in the image/,
  ],
  [
    'a compiler',
    { '/var/lib/dpkg/status': `${status}\n${stanza('gcc-12')}` },
    'amphora-build-tools',
    /gcc-12 1\.0/,
  ],
  [
    'a baked-in configuration',
    { '/etc/octavia/amphora-agent.conf': '[DEFAULT]\n' },
    'amphora-configuration',
    /amphora-agent\.conf is in the image/,
  ],
  ['a baked-in key', { '/etc/octavia/certs/server.pem': 'key' }, 'amphora-configuration', /server\.pem/],
  [
    'HAProxy starts by itself',
    {
      '/etc/systemd/system/multi-user.target.wants/haproxy.service': {
        link: '/lib/systemd/system/haproxy.service',
      },
    },
    'amphora-units',
    /haproxy\.service is enabled/,
  ],
  [
    'the agent does not start',
    { '/etc/systemd/system/multi-user.target.wants/octavia-agent.service': undefined },
    'amphora-units',
    /amphora-agent\.service or octavia-agent\.service is not enabled/,
  ],
  [
    'user data cannot restart the agent',
    { '/etc/systemd/system/amphora-agent.service': undefined },
    'amphora-units',
    /nor an alias/,
  ],
  [
    'a kernel without RAM disks',
    { [`/usr/lib/modules/${kernelVersion}/modules.dep`]: 'kernel/ip_vs.ko:\n' },
    'amphora-kernel-modules',
    /no module brd/,
  ],
  [
    'a later file with fewer open files',
    { '/etc/sysctl.d/zz-agent.conf': 'fs.nr_open=2097152\n' },
    'amphora-sysctl',
    /zz-agent\.conf sets fs\.nr_open to '2097152'/,
  ],
  [
    'quoted values, as Debian’s package has them',
    { '/etc/sysctl.d/zz-agent.conf': 'net.ipv4.tcp_rmem="4096 87380 33554432"\n' },
    'amphora-sysctl',
    /tcp_rmem/,
  ],
  [
    'a group that does not exist',
    { '/var/lib/octavia/haproxy-default-user-group.conf': 'global\n    group balancers\n' },
    'amphora-haproxy',
    /'balancers', which does not exist/,
  ],
  [
    'a RAM disk that needs too much memory',
    { '/usr/local/bin/certfs-ramfs': { mode: 0o755, content: 'cryptsetup --type=luks2\n' } },
    'amphora-certs-ramfs',
    /luks1/,
  ],
  [
    'keys on the disk, for the agent may start first',
    {
      '/usr/lib/systemd/system/certs-ramfs.service': '[Service]\n[Install]\nWantedBy=octavia-agent.service\n',
    },
    'amphora-certs-ramfs',
    /not ordered before the agent/,
  ],
  ['no log socket', { '/etc/rsyslog.d/55-octavia-socket.conf': undefined }, 'amphora-logging', /55-octavia/],
  [
    'a broken log rotation',
    { '/etc/logrotate.d/agent': '/var/log/agent.log {\n  hourly\n' },
    'amphora-logging',
    /line 1: a block that is not closed/,
  ],
  ['names by DNS', { '/etc/nsswitch.conf': 'hosts: files dns\n' }, 'amphora-names', /hosts: files dns/],
  ['a name server', { '/etc/resolv.conf': 'nameserver 192.0.2.1\n' }, 'amphora-names', /192\.0\.2\.1/],
  ['an interface', { '/etc/network/interfaces.d/eth0': 'auto eth0\n' }, 'amphora-interfaces', /eth0/],
  [
    'cloud-init asks any metadata service',
    { '/etc/cloud/cloud.cfg.d/95-more.cfg': 'datasource_list: [ Ec2, None ]\n' },
    'amphora-datasources',
    /95-more\.cfg has \[Ec2, None\]/,
  ],
  [
    'the SSH server listens for tenants',
    { '/etc/dhcp/dhclient-exit-hooks.d/rebind-sshd': undefined },
    'amphora-ssh',
    /rebind-sshd/,
  ],
  [
    'the SSH server takes passwords',
    { '/etc/ssh/sshd_config.d/50-x.conf': 'PasswordAuthentication yes\n' },
    'amphora-ssh',
    /PasswordAuthentication yes/,
  ],
  [
    'a hook that dhclient does not run',
    { '/etc/dhcp/dhclient-enter-hooks.d/noresolvconf': 'make_resolv_conf() { :; }\n' },
    'amphora-names',
    /is not executable/,
  ],
  [
    'root may log in',
    { '/etc/ssh/sshd_config': 'PermitRootLogin yes\n' },
    'amphora-ssh',
    /PermitRootLogin yes/,
  ],
  [
    'the boot menu waits',
    { '/boot/grub/grub.cfg': String(amphoraFiles['/boot/grub/grub.cfg']).replace('timeout=0', 'timeout=5') },
    'amphora-boot-menu',
    /waits for 5 seconds/,
  ],
  [
    'CPUs are isolated without a profile',
    {
      '/boot/grub/grub.cfg': String(amphoraFiles['/boot/grub/grub.cfg']).replace(' ro ', ' ro isolcpus=1-N '),
      '/usr/lib/systemd/system/tuned.service': '[Install]\nWantedBy=multi-user.target\n',
      '/etc/systemd/system/multi-user.target.wants/tuned.service': {
        link: '/lib/systemd/system/tuned.service',
      },
    },
    'amphora-cpu-pinning',
    /no profile of tuned/,
  ],
];

describe('checks of an amphora', () => {
  it('a healthy one passes, with the agent from a package or from source', async () => {
    for (const files of [amphoraFiles, sourceAmphoraFiles]) {
      const report = await verify(files);
      expect(failuresOf(report)).toEqual([]);
      const ids = report.checks.map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(amphoraChecks.map(({ id }) => id)));
    }
  });

  it.each(breakages)('%s: one check sees it', async (_what, changes, check, says) => {
    const failures = failuresOf(await verify({ ...amphoraFiles, ...changes }));
    expect(failures.map(([id]) => id)).toEqual([check]);
    expect(failures[0]?.[1]).toMatch(says);
  });

  it('are for amphorae alone, unless asked for', async () => {
    const other = await verify(healthyFiles);
    expect(other.checks.filter(({ id }) => id.startsWith('amphora-'))).toEqual([]);
    const asked = await verify(healthyFiles, { profile: 'amphora' });
    expect(failuresOf(asked).length).toBeGreaterThan(8);
  });

  it('an agent from source needs its commands and its revision', async () => {
    const [failure] = failuresOf(
      await verify({
        ...sourceAmphoraFiles,
        '/usr/local/bin/amphora-interface': undefined,
        '/usr/local/bin/haproxy-vrrp-check': undefined,
        '/opt/amphora-agent.gitref': 'master\n',
      }),
    );
    expect(failure?.[1]).toBe(
      '/opt/amphora-agent.gitref holds no commit\n/usr/local/bin/amphora-interface leads nowhere\nthere is no /usr/local/bin/haproxy-vrrp-*',
    );
  });

  it.each(['git', 'binutils', 'zlib1g-dev', 'linux-headers-6.1.0-56-amd64', 'g++-12'])(
    'sees that %s is for building alone',
    async (name) => {
      const status = `${String(amphoraFiles['/var/lib/dpkg/status'])}\n${stanza(name)}`;
      const failures = failuresOf(await verify({ ...amphoraFiles, '/var/lib/dpkg/status': status }));
      expect(failures.map(([id]) => id)).toEqual(['amphora-build-tools']);
      expect(failures[0]?.[1]).toContain(`${name} 1.0`);
    },
  );

  const noAgent = (version: string) =>
    `/opt/amphora-agent-venv/lib/python3.11/site-packages/octavia-${version}.dist-info/METADATA`;

  it('an agent from a tarball tells its version instead', async () => {
    const tarball = { ...sourceAmphoraFiles, '/opt/amphora-agent.gitref': undefined };
    const report = await verify(tarball);
    expect(failuresOf(report)).toEqual([]);
    expect(report.checks.find(({ id }) => id === 'amphora-agent')?.detail).toBe(
      'from source, version 11.0.0',
    );
    const nameless = { ...tarball, [noAgent('11.0.0')]: undefined, [noAgent('0.0.0')]: 'Name: octavia\n' };
    expect(failuresOf(await verify(nameless))).toEqual([
      ['amphora-agent', 'neither /opt/amphora-agent.gitref nor a version tells which agent it is'],
    ]);
  });

  it('an agent of an older release needs the programs that it has', async () => {
    const metadata = noAgent('11.0.0').replace('METADATA', 'entry_points.txt');
    const older = {
      ...sourceAmphoraFiles,
      [metadata]: '[console_scripts]\namphora-agent = octavia.cmd.agent:main\n',
      '/usr/local/bin/prometheus-proxy': undefined,
      '/usr/local/bin/amphora-interface': undefined,
      '/etc/systemd/system/multi-user.target.wants/prometheus-proxy.service': undefined,
    };
    expect(failuresOf(await verify(older))).toEqual([]);
    const claims = { ...older, [metadata]: 'prometheus-proxy = octavia.cmd.prometheus_proxy:main\n' };
    expect(failuresOf(await verify(claims)).map(([id]) => id)).toEqual(['amphora-agent', 'amphora-units']);
  });

  it('an agent of Octavia 16 needs all programs', async () => {
    const metadata = noAgent('16.0.0');
    const programs = ['amphora-agent', 'amphora-interface', 'prometheus-proxy'];
    const younger = {
      ...sourceAmphoraFiles,
      [noAgent('11.0.0')]: undefined,
      '/opt/amphora-agent.gitref': undefined,
      [metadata]: 'Name: octavia\nVersion: 16.0.0\n',
      [metadata.replace('METADATA', 'entry_points.txt')]:
        `[console_scripts]\n${programs.map((name) => `${name} = octavia.cmd:main\n`).join('')}`,
    };
    const report = await verify(younger);
    expect(failuresOf(report)).toEqual([]);
    expect(report.checks.find(({ id }) => id === 'amphora-agent')?.detail).toBe(
      'from source, version 16.0.0',
    );
    for (const name of ['amphora-interface', 'prometheus-proxy']) {
      const failures = failuresOf(await verify({ ...younger, [`/usr/local/bin/${name}`]: undefined }));
      expect(failures[0]).toEqual(['amphora-agent', `/usr/local/bin/${name} leads nowhere`]);
    }
  });

  it.each([
    ['no agent', { [noAgent('11.0.0')]: undefined }, /no octavia is installed/],
    ['no Python', { '/usr/bin/python3': undefined }, /bin\/python3 leads nowhere/],
  ])('an environment with %s in it is seen', async (_what, changes, says) => {
    const failures = failuresOf(await verify({ ...sourceAmphoraFiles, ...changes }));
    expect(failures.map(([id]) => id)).toEqual(['amphora-agent']);
    expect(failures[0]?.[1]).toMatch(says);
  });

  it('follow what was asked for', async () => {
    const expectations = {
      environment: { DIB_OCTAVIA_AMP_USE_SSH: 'False', DIB_CLOUD_INIT_DATASOURCES: 'NoCloud, ConfigDrive' },
    };
    const failures = failuresOf(await verify(amphoraFiles, { expectations }));
    expect(failures.map(([id]) => id)).toEqual(['amphora-datasources', 'amphora-ssh']);
  });

  it('reserved CPUs are no matter of the entry for repairs', async () => {
    const menu = String(amphoraFiles['/boot/grub/grub.cfg']).replace(' ro ', ' ro isolcpus=1-N ');
    const [, kernel = ''] = /linux (\S+)/.exec(menu) ?? [];
    const report = await verify({
      ...amphoraFiles,
      '/boot/grub/grub.cfg': `${menu}\nlinux ${kernel} root=LABEL=cloudimg-rootfs ro single\n`,
      '/etc/tuned/amphora/tuned.conf': '[main]\n',
      '/usr/lib/systemd/system/tuned.service': '[Install]\nWantedBy=multi-user.target\n',
      '/etc/systemd/system/multi-user.target.wants/tuned.service': {
        link: '/lib/systemd/system/tuned.service',
      },
    });
    expect(failuresOf(report)).toEqual([]);
    expect(report.checks.find(({ id }) => id === 'amphora-cpu-pinning')?.status).toBe('pass');
  });

  it('the Red Hat family has a mode of SELinux, and a hook file of its own', async () => {
    const changes: Changes = {
      '/etc/os-release': 'ID="rocky"\n',
      '/etc/dhcp/dhclient-enter-hooks': 'make_resolv_conf() { :; }\n',
      '/var/lib/dpkg/status': String(amphoraFiles['/var/lib/dpkg/status'])
        .replace('Package: cron\n', 'Package: cronie\n')
        .replace('Package: iproute2\n', 'Package: iproute\n')
        .replace('Package: iputils-ping\n', 'Package: iputils\n')
        .replace(/Package: (?:iptables|netbase|vlan)\n/g, 'Package: none\n'),
    };
    const missing = failuresOf(await verify({ ...amphoraFiles, ...changes }));
    expect(missing.map(([id]) => id)).toEqual(['amphora-selinux']);
    const set = await verify({ ...amphoraFiles, ...changes, '/etc/selinux/config': 'SELINUX=permissive\n' });
    expect(failuresOf(set)).toEqual([]);
  });
});

describe('the structure of a logrotate file', () => {
  it.each([
    ['/var/log/a\n/var/log/b\n{\n  daily\n}\n', []],
    ['# {\n/var/log/a {\n  postrotate\n    x() { :; }\n  }\n  endscript\n}\n', []],
    ['{\n}\n', ['line 1: a block of no file']],
    ['}\n', ['line 1: a brace closes nothing']],
    ['/a {\n/b {\n}\n', ['line 2: a block within the block of line 1']],
    ['/a {\n  postrotate\n}\n', ['line 2: a script without endscript']],
  ])('%j', (text, problems) => {
    expect(checkLogrotateFile(text)).toEqual(problems);
  });
});
