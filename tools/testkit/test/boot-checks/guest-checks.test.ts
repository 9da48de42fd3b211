import { describe, expect, it } from 'vitest';
import { consoleChecks, hopeless, loginPrompt } from '../../src/boot-checks/console-checks.ts';
import { guestChecks, sysctlSection, type GuestExpectations } from '../../src/boot-checks/guest-checks.ts';

const healthy: Readonly<Record<string, string>> = {
  'cloud-init': 'status: done\ntime: Thu\ndetail:\nDataSourceConfigDrive [net]',
  'cloud-init-errors': '{ "v1": { "datasource": "ConfigDrive", "errors": [] } }',
  'system-state': 'running',
  'failed-units': '',
  kernel: '6.1.0-9',
  mounts: '/ /dev/vda1 ext4 rw,relatime\n/var/lib/octavia/certs /dev/mapper/certfs-ramfs ext2 rw',
  sysctls: '/proc/sys/net/ipv4/tcp_rmem=4096\t87380\t33554432\n/proc/sys/net/netfilter/x=absent',
};

const expected: GuestExpectations = {
  hasCloudInit: true,
  kernelVersion: '6.1.0-9',
  sysctls: { 'net.ipv4.tcp_rmem': '4096 87380 33554432', 'net.netfilter.x': '5' },
  toleratedUnits: [],
};

function judge(
  changes: Readonly<Record<string, string>> = {},
  expectations: Partial<GuestExpectations> = {},
) {
  const sections = new Map(
    Object.entries({ ...healthy, ...changes }).map(([name, output]) => [name, { output, exitStatus: 0 }]),
  );
  const results = guestChecks({ sections }, { ...expected, ...expectations });
  return Object.fromEntries(results.map((result) => [result.id, result]));
}

describe('guestChecks', () => {
  it('finds nothing wrong with a healthy guest', () => {
    expect(Object.values(judge()).map((result) => result.status)).toEqual(Array(6).fill('pass'));
    expect(judge()['boot-sysctls']?.detail).toBe('1 of 2; not in this kernel as it runs: net.netfilter.x');
  });

  it.each([
    [
      'boot-failed-units',
      { 'failed-units': '● certs.service loaded failed failed Certs', 'why-failed': 'no brd' },
      /certs\.service\nno brd/u,
    ],
    ['boot-system-state', { 'system-state': 'degraded', 'failed-units': 'a.service x' }, /degraded/u],
    ['boot-system-state', { 'system-state': '' }, /did not say/u],
    ['boot-cloud-init', { 'cloud-init': 'status: error' }, /error/u],
    ['boot-cloud-init', { 'cloud-init-errors': '{"errors": ["bad user data"]}' }, /bad user data/u],
    ['boot-kernel', { kernel: '5.10' }, /5\.10 runs instead/u],
    ['boot-root', { mounts: '/ /dev/vda1 ext4 ro,relatime' }, /ro,relatime/u],
    ['boot-root', { mounts: '' }, /no mount/u],
    ['boot-sysctls', { sysctls: '/proc/sys/net/ipv4/tcp_rmem=1 2 3' }, /1 2 3 instead/u],
    ['boot-sysctls', { sysctls: '' }, /none of the keys/u],
  ])('sees what is wrong: %s %#', (id, changes, says) => {
    const result = judge(changes)[id];
    expect(result?.status).toBe('fail');
    expect(result?.detail).toMatch(says);
  });

  it('tolerates the units that it is told to', () => {
    const results = judge(
      { 'failed-units': 'a.service x', 'system-state': 'degraded' },
      { toleratedUnits: ['a.service'] },
    );
    expect(results['boot-failed-units']).toMatchObject({ status: 'pass', detail: 'tolerated: a.service' });
    expect(results['boot-system-state']?.status).toBe('pass');
  });

  it('skips what the image does not have', () => {
    const results = judge({}, { hasCloudInit: false, sysctls: {}, kernelVersion: undefined });
    expect(results['boot-cloud-init']?.status).toBe('skip');
    expect(results['boot-sysctls']?.status).toBe('skip');
    expect(results['boot-kernel']?.status).toBe('skip');
  });

  it('asks for settings by their files', () => {
    expect(sysctlSection(['net.core.somaxconn'])).toContain('/proc/sys/net/core/somaxconn');
    expect(sysctlSection([])).toBe('true');
  });
});

describe('the console', () => {
  it('shows a prompt', () => {
    expect(loginPrompt.test('Debian GNU/Linux 12 host ttyS0\n\nhost login: ')).toBe(true);
    expect(loginPrompt.test('[   12.1] systemd: last login: never')).toBe(false);
  });

  it.each([
    '[    2.76] Kernel panic - not syncing: VFS: Unable to mount root fs',
    'You are in emergency mode. After logging in, type ...',
    'ALERT!  LABEL=cloudimg-rootfs does not exist.  Dropping to a shell!',
    'Fatal glibc error: CPU does not support x86-64-v3',
    'grub rescue> ',
  ])('shows when all is lost: %s', (line) => {
    expect(hopeless.test(`before\n${line}`)).toBe(true);
  });

  it('shows failed units', () => {
    const [check] = consoleChecks('[  OK  ] Started a.\n[FAILED] Failed to start b.service - B.\n');
    expect(check).toMatchObject({ status: 'fail', detail: 'b.service - B.' });
    expect(consoleChecks('[  OK  ] Started a.\n')[0]?.status).toBe('pass');
    expect(consoleChecks('[FAILED] Failed to start b.service - B.\n', ['b.service'])[0]?.status).toBe('pass');
  });
});
