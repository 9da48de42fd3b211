import { describe, expect, it } from 'vitest';
import type { MemoryEntry } from '../../src/disk/memory-reader.ts';
import type { Expectations } from '../../src/verify/expectations.ts';
import { verifyTree } from '../../src/verify/verify-artifact.ts';
import { kernelVersion, treeWith } from './healthy-tree.ts';

interface Breakage {
  readonly what: string;
  readonly changes?: Readonly<Record<string, MemoryEntry | undefined>>;
  readonly expectations?: Partial<Expectations>;
  readonly check: string;
  readonly says: RegExp;
}

const breakages: readonly Breakage[] = [
  {
    what: 'a second kernel',
    changes: { '/boot/vmlinuz-6.1.0-8-amd64': 'old' },
    check: 'kernel',
    says: /2 kernels/u,
  },
  {
    what: 'no kernel',
    changes: { [`/boot/vmlinuz-${kernelVersion}`]: undefined },
    check: 'kernel',
    says: /0 kernels/u,
  },
  {
    what: 'no initrd',
    changes: { [`/boot/initrd.img-${kernelVersion}`]: undefined },
    check: 'kernel',
    says: /no initrd/u,
  },
  {
    what: 'modules of another kernel',
    changes: { '/usr/lib/modules/5.10.0-1/modules.dep': 'x' },
    check: 'kernel',
    says: /5\.10\.0-1 belongs to no kernel/u,
  },
  {
    what: 'an empty modules.dep',
    changes: { [`/usr/lib/modules/${kernelVersion}/modules.dep`]: '' },
    check: 'kernel',
    says: /modules\.dep/u,
  },
  {
    what: 'a root by device name',
    changes: { '/etc/fstab': '/dev/vda1 / ext4 defaults 0 1\n' },
    check: 'fstab',
    says: /not by label/u,
  },
  { what: 'no fstab', changes: { '/etc/fstab': undefined }, check: 'fstab', says: /absent/u },
  {
    what: 'a mount point that is not there',
    changes: { '/etc/fstab': 'LABEL=a / ext4\nLABEL=b /srv/data ext4\n' },
    check: 'fstab',
    says: /mount point \/srv\/data/u,
  },
  {
    what: 'no boot entry',
    changes: { '/boot/grub/grub.cfg': '# empty\n' },
    check: 'boot-entries',
    says: /starts a kernel/u,
  },
  {
    what: 'a boot entry for a kernel that is gone',
    changes: { '/boot/grub/grub.cfg': 'linux /boot/vmlinuz-1 root=LABEL=x\n' },
    check: 'boot-entries',
    says: /vmlinuz-1 is absent/u,
  },
  {
    what: 'a host key',
    changes: { '/etc/ssh/ssh_host_rsa_key': 'secret' },
    check: 'ssh-host-keys',
    says: /ssh_host_rsa_key/u,
  },
  {
    what: 'a key of a developer',
    changes: { '/root/.ssh/authorized_keys': 'ssh-ed25519 AAAA me\n' },
    check: 'authorized-keys',
    says: /\/root\/\.ssh/u,
  },
  {
    what: 'a machine id',
    changes: { '/etc/machine-id': `${'a'.repeat(32)}\n` },
    check: 'machine-id',
    says: /share/u,
  },
  {
    what: 'a machine id of dbus',
    changes: { '/var/lib/dbus/machine-id': 'abc\n' },
    check: 'machine-id',
    says: /dbus/u,
  },
  {
    what: 'state of cloud-init',
    changes: { '/var/lib/cloud/instances/i-1/x': '1' },
    check: 'first-boot-state',
    says: /i-1/u,
  },
  {
    what: 'a root password',
    changes: { '/etc/shadow': 'root:$6$a$b:1::::::\n' },
    check: 'root-password',
    says: /is set/u,
  },
  {
    what: 'no root password although one was asked for',
    expectations: { rootPassword: 'set' },
    check: 'root-password',
    says: /is locked, but should be set/u,
  },
  {
    what: 'an empty password',
    changes: { '/etc/shadow': 'root:*:1::::::\nhaproxy::1::::::\n' },
    check: 'empty-passwords',
    says: /haproxy/u,
  },
  {
    what: 'package lists',
    changes: { '/var/lib/apt/lists/mirror_Packages': 'x' },
    check: 'package-caches',
    says: /mirror_Packages/u,
  },
  {
    what: 'a downloaded package',
    changes: { '/var/cache/apt/archives/a.deb': 'x' },
    check: 'package-caches',
    says: /a\.deb/u,
  },
  {
    what: 'a file in /tmp',
    changes: { '/tmp/in_target.d/install.d/10-a': 'x' },
    check: 'temporary-files',
    says: /in_target\.d/u,
  },
  {
    what: 'a closed /tmp',
    changes: { '/tmp': { kind: 'directory', mode: 0o755 } },
    check: 'temporary-files',
    says: /755/u,
  },
  {
    what: 'hooks of the build',
    changes: { '/tmp/in_target.d/a': 'x' },
    check: 'build-leftovers',
    says: /in_target\.d/u,
  },
  {
    what: 'a log',
    changes: { '/var/log/apt/history.log': 'Install: a\n' },
    check: 'logs',
    says: /history\.log holds 11 bytes/u,
  },
  {
    what: 'a service policy',
    changes: { '/usr/sbin/policy-rc.d': 'exit 101\n' },
    check: 'service-policy',
    says: /policy-rc\.d/u,
  },
  {
    what: "the host's disk",
    changes: { '/dev/sda': { kind: 'block-device' } },
    check: 'device-nodes',
    says: /\/dev\/sda/u,
  },
  {
    what: "the host's name server",
    changes: { '/etc/resolv.conf': 'nameserver 192.0.2.53\n' },
    expectations: { hostNameservers: ['192.0.2.53'] },
    check: 'resolver',
    says: /192\.0\.2\.53/u,
  },
];

const bootable: Partial<Expectations> = { kernel: 'expected' };

describe('generic checks on a tree', () => {
  it('find nothing wrong with a healthy tree', async () => {
    const report = await verifyTree({ tree: treeWith(), name: 'healthy', expectations: bootable });
    expect(report.checks.filter((check) => check.status === 'fail')).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.counts.pass).toBeGreaterThan(12);
  });

  it.each(breakages)('see $what', async ({ changes = {}, expectations = {}, check, says }) => {
    const report = await verifyTree({
      tree: treeWith(changes),
      name: 'broken',
      expectations: { ...bootable, ...expectations },
    });
    expect(report.passed).toBe(false);
    const found = report.checks.find((result) => result.id === check);
    expect(found?.status).toBe('fail');
    expect(found?.detail).toMatch(says);
  });

  it('accept a tree without a kernel where none is expected', async () => {
    const withoutKernel = treeWith({
      [`/boot/vmlinuz-${kernelVersion}`]: undefined,
      '/boot/grub/grub.cfg': undefined,
    });
    const report = await verifyTree({
      tree: withoutKernel,
      name: 'container',
      expectations: { kernel: 'absent' },
    });
    expect(report.checks.find((check) => check.id === 'kernel')?.status).toBe('skip');
    expect(report.passed).toBe(true);
  });

  it('report a check that cannot be made as failed, and go on', async () => {
    const tree = treeWith();
    const damaged = {
      ...tree,
      readText: async (path: string) =>
        path === '/etc/fstab' ? Promise.reject(new Error('bad block')) : tree.readText(path),
    };
    const report = await verifyTree({ tree: damaged, name: 'damaged', expectations: bootable });
    expect(report.checks.find((check) => check.id === 'fstab')).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(/bad block/u),
    });
    expect(report.checks.find((check) => check.id === 'kernel')?.status).toBe('pass');
  });
});
