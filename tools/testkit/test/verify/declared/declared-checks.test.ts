import { describe, expect, it } from 'vitest';
import type { MemoryEntry } from '../../../src/disk/memory-reader.ts';
import { runCheck } from '../../../src/verify/check.ts';
import { createDeclaredCheck } from '../../../src/verify/declared/create-declared-check.ts';
import { parseVerifyFile } from '../../../src/verify/declared/parse-verify-file.ts';
import { noExpectations } from '../../../src/verify/expectations.ts';
import { treeWith } from '../healthy-tree.ts';

type Changes = Readonly<Record<string, MemoryEntry | undefined>>;

async function check(
  yaml: string,
  changes: Changes = {},
  environment: Readonly<Record<string, string>> = {},
) {
  const parsed = parseVerifyFile({ element: 'demo', file: 'verify.yaml', text: yaml });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failures));
  const [declared] = parsed.value;
  if (declared === undefined) throw new Error('no check');
  const subject = {
    tree: treeWith(changes),
    disk: undefined,
    expectations: { ...noExpectations, environment },
  };
  return runCheck(createDeclaredCheck(declared), subject);
}

const passing: readonly (readonly [string, string, Changes?])[] = [
  ['installed packages', '- packages: [haproxy, keepalived]'],
  ['absent packages', '- packages-absent: [gcc]'],
  [
    'a removed package',
    '- packages-absent: [gcc]',
    { '/var/lib/dpkg/status': 'Package: gcc\nStatus: deinstall ok config-files\n' },
  ],
  ['an enabled unit', '- unit-enabled: ssh.service'],
  ['a disabled unit', '- unit-disabled: haproxy.service'],
  [
    'an alias of an enabled unit',
    '- unit-enabled: sshd.service',
    { '/etc/systemd/system/sshd.service': { link: '/lib/systemd/system/ssh.service' } },
  ],
  [
    'an instance of a template',
    '- unit-enabled: getty@tty1.service',
    {
      '/usr/lib/systemd/system/getty@.service': 'x',
      '/etc/systemd/system/getty.target.wants/getty@tty1.service': {
        link: '/lib/systemd/system/getty@.service',
      },
    },
  ],
  [
    'a file through a linked directory',
    '- {file: /sbin/haproxy, executable: true, mode: "0755", owner: "root:root"}',
  ],
  ['a directory', '- {file: /var/lib/haproxy, directory: true, empty: true}'],
  [
    'text in a file',
    '- {file: /etc/ssh/sshd_config, contains: PermitRootLogin, matches: "^PermitRootLogin no$", lacks: yes}',
  ],
  ['a whole file', '- {file: /etc/resolv.conf, equals: "nameserver 127.0.0.1"}'],
  ['a link into nothing', '- {file: /etc/localtime, link: /run/x}', { '/etc/localtime': { link: '/run/x' } }],
  ['an absent file', '- {file: /etc/shadow-, absent: true}'],
  ['an absent pattern', '- glob-absent: ["/etc/ssh/ssh_host_*"]'],
  ['a setting', '- {sysctl: net.ipv4.tcp_tw_reuse, value: 1}'],
  [
    'a setting of a later file',
    '- {sysctl: net.ipv4.tcp_tw_reuse, value: "2"}',
    { '/usr/lib/sysctl.d/zz.conf': 'net/ipv4/tcp_tw_reuse=2\n' },
  ],
  ['modules', '- kernel-module: [brd, dm_crypt, dm-crypt, ext4]'],
  ['a user', '- user: haproxy'],
  ['the command line', '- command-line: "console=ttyS0,115200"'],
];

const failing: readonly (readonly [string, string, RegExp, Changes?])[] = [
  ['a missing package', '- packages: [nginx]', /nginx: not in the image/u],
  [
    'a half-installed package',
    '- packages: [haproxy]',
    /half-configured/u,
    { '/var/lib/dpkg/status': 'Package: haproxy\nStatus: install ok half-configured\n' },
  ],
  ['an unwanted package', '- packages-absent: [haproxy]', /haproxy 1\.0-1/u],
  [
    'no package database',
    '- packages: [haproxy]',
    /no database of dpkg or rpm/u,
    { '/var/lib/dpkg/status': undefined },
  ],
  ['a unit that nobody wants', '- unit-enabled: haproxy.service', /disabled/u],
  ['a unit that is not there', '- unit-enabled: nothing.service', /missing/u],
  [
    'a link to a unit that is not there',
    '- unit-enabled: ssh.service',
    /dangling/u,
    { '/usr/lib/systemd/system/ssh.service': undefined },
  ],
  [
    'a masked unit',
    '- unit-enabled: ssh.service',
    /masked/u,
    { '/etc/systemd/system/ssh.service': { link: '/dev/null' } },
  ],
  ['an enabled unit', '- unit-disabled: ssh.service', /enabled/u],
  [
    'a unit enabled by its SysV script',
    '- unit-disabled: old.service',
    /S01old/u,
    { '/etc/rc2.d/S01old': { link: '../init.d/old' } },
  ],
  [
    'a unit that the presets enable at a first boot',
    '- unit-disabled: haproxy.service',
    /at the first boot/u,
    { '/etc/machine-id': 'uninitialized\n' },
  ],
  ['a missing file', '- file: /etc/nothing', /absent/u],
  ['a wrong mode', '- {file: /usr/sbin/haproxy, mode: "4755"}', /0755 instead of 4755/u],
  ['a wrong owner', '- {file: /usr/sbin/haproxy, owner: haproxy:haproxy}', /root:root instead/u],
  ['a file that cannot be run', '- {file: /etc/fstab, executable: true}', /not executable/u],
  ['missing text', '- {file: /etc/fstab, contains: UUID}', /does not contain 'UUID'/u],
  ['other text', '- {file: /etc/fstab, equals: x}', /differs/u],
  ['text that does not match', '- {file: /etc/fstab, matches: "^x"}', /does not match/u],
  ['a dangling link', '- file: /etc/a', /symlink to nothing/u, { '/etc/a': { link: 'b' } }],
  ['another link', '- {file: /bin, link: /usr/bin}', /links to usr\/bin/u],
  ['a file that should be absent', '- {file: /etc/fstab, absent: true}', /in the image/u],
  ['a match of a pattern', '- glob-absent: ["/etc/ssh/*"]', /sshd_config/u],
  [
    'a setting that a later file takes back',
    '- {sysctl: fs.nr_open, value: 2600000}',
    /zz\.conf sets it to '5'/u,
    {
      '/etc/sysctl.d/fs.conf': 'fs.nr_open = 2600000\n',
      '/usr/lib/sysctl.d/zz.conf': 'fs.nr_open = 5\n',
    },
  ],
  ['a setting that nobody makes', '- {sysctl: a.b, value: 1}', /no file sets/u],
  ['a missing module', '- kernel-module: ip_vs', /no module ip_vs/u],
  ['a missing user', '- user: octavia', /no user 'octavia'/u],
  ['a missing word', '- command-line: fips=1', /not on the command line/u],
];

describe('declared checks', () => {
  for (const [what, yaml, changes] of passing) {
    it(`pass for ${what}`, async () => {
      expect(await check(yaml, changes)).toMatchObject({ status: 'pass' });
    });
  }

  for (const [what, yaml, says, changes] of failing) {
    it(`fail for ${what}`, async () => {
      const result = await check(yaml, changes);
      expect(result.status).toBe('fail');
      expect(result.detail).toMatch(says);
      expect(result.detail).toContain('(verify.yaml:1)');
    });
  }

  it('are skipped where their condition does not hold', async () => {
    const yaml = '- {packages: [nginx], when: "MODE=package"}';
    expect(await check(yaml)).toMatchObject({ status: 'skip', detail: 'only when MODE=package' });
    expect(await check(yaml, {}, { MODE: 'package' })).toMatchObject({ status: 'fail' });
    expect(
      await check('- {packages: [nginx], when: "MODE!=package"}', {}, { MODE: 'package' }),
    ).toMatchObject({ status: 'skip' });
  });

  it('follow presets at a first boot', async () => {
    const preset = {
      '/etc/machine-id': undefined,
      '/usr/lib/systemd/system-preset/90.preset': 'disable hap*\nenable *\n',
    };
    expect(await check('- unit-disabled: haproxy.service', preset)).toMatchObject({ status: 'pass' });
  });
});

describe('on another distribution', () => {
  const rocky: Changes = { '/etc/os-release': 'ID="rocky"\nVERSION_ID="9.4"\n' };
  const packageMap = '{"family": {"redhat": {"some": "haproxy", "other": ""}}}';

  async function checkOf(text: string, changes: Changes): Promise<string> {
    const parsed = parseVerifyFile({ element: 'demo', file: 'verify.yaml', text, packageMap });
    const [declared] = parsed.ok ? parsed.value : [];
    if (declared === undefined) throw new Error('no check');
    const subject = { tree: treeWith(changes), disk: undefined, expectations: noExpectations };
    return (await runCheck(createDeclaredCheck(declared), subject)).status;
  }

  it("packages are looked for by the names of the element's pkg-map", async () => {
    expect(await checkOf('- packages: [some, other]', rocky)).toBe('pass');
    expect(await checkOf('- packages: [some, other]', {})).toBe('fail');
    expect(await checkOf('- packages-absent: [some]', rocky)).toBe('fail');
  });

  it('conditions know which it is, whoever built the image', async () => {
    const text = '- {file: /absent, when: DISTRO_NAME!=rocky}';
    expect(await checkOf(text, rocky)).toBe('skip');
    expect(await checkOf(text, {})).toBe('fail');
  });
});
