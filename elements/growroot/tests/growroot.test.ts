import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';

elementTest('a service grows the root filesystem at boot', async (element) => {
  const built = await element.run();
  expect(await built.tree.mode('/usr/local/sbin/growroot')).toBe('0755');
  expect(await built.tree.read('/usr/lib/systemd/system/growroot.service')).toContain(
    '/usr/local/sbin/growroot',
  );
  expect(await built.calls('systemctl')).toContain('systemctl enable growroot.service');
  expect((await built.calls('install-packages')).join('\n')).toContain('cloud-guest-utils');
});

elementTest('OpenRC and upstart have it in their own forms', async (element) => {
  const openrc = (await element.run({ environment: { DIB_INIT_SYSTEM: 'openrc' } })).tree;
  expect(await openrc.mode('/etc/init.d/growroot')).toBe('0755');
  expect(await openrc.read('/etc/init.d/growroot')).toContain('/usr/local/sbin/growroot\n');
  const upstart = (await element.run({ environment: { DIB_INIT_SYSTEM: 'upstart' } })).tree;
  expect(await upstart.read('/etc/init/growroot.conf')).toContain('exec /usr/local/sbin/growroot\n');
});

elementTest('refuses an init system that it has no service for', async (element) => {
  const failed = await element.expectFailure({ environment: { DIB_INIT_SYSTEM: 'sysv' } });
  expect(failed.message).toContain("no service for the init system 'sysv'");
});

/** Runs the program with stand-ins for what it calls, and returns their calls. */
function callsOf(
  source: string,
  type: string,
  { status = 0 }: { readonly status?: number } = {},
): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'growroot-'));
  try {
    const programs = {
      findmnt: `echo "${source} ${type}"`,
      readlink:
        'for last; do :; done; case $last in /dev/*) echo "$last" ;; *) exec /usr/bin/readlink "$@" ;; esac',
      growpart: `echo "growpart $*" >>${folder}/calls; exit ${status}`,
    };
    for (const name of ['resize2fs', 'xfs_growfs', 'btrfs'])
      Object.assign(programs, { [name]: `echo "${name} $*" >>${folder}/calls` });
    mkdirSync(join(folder, 'bin'));
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    for (const path of ['devices/nvme0n1/nvme0n1p3', 'devices/vda', 'devices/dm-0/dm', 'class/block'])
      mkdirSync(join(folder, 'sys', path), { recursive: true });
    writeFileSync(join(folder, 'sys/devices/nvme0n1/nvme0n1p3/partition'), '3\n');
    for (const device of ['nvme0n1/nvme0n1p3', 'vda', 'dm-0'])
      symlinkSync(
        join('../../devices', device),
        join(folder, 'sys/class/block', device.split('/').at(-1) ?? ''),
      );
    writeFileSync(join(folder, 'calls'), '');
    const program = new URL('../static/usr/local/sbin/growroot', import.meta.url).pathname;
    const env = { PATH: `${folder}/bin:/usr/bin:/bin`, GROWROOT_SYSFS: join(folder, 'sys') };
    const ran = spawnSync(program, { env, encoding: 'utf8' });
    const calls = readFileSync(join(folder, 'calls'), 'utf8').split('\n').filter(Boolean);
    return ran.status === 0 ? calls : [...calls, `failed: ${ran.stderr}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('grows the partition, then the filesystem by its type', () => {
  const partition = '/dev/nvme0n1p3';
  expect(callsOf(partition, 'ext4')).toEqual(['growpart /dev/nvme0n1 3', `resize2fs ${partition}`]);
  expect(callsOf(partition, 'xfs')).toEqual(['growpart /dev/nvme0n1 3', 'xfs_growfs /']);
  expect(callsOf(`${partition}[/@]`, 'btrfs')).toEqual([
    'growpart /dev/nvme0n1 3',
    'btrfs filesystem resize max /',
  ]);
});

test('a partition that fills its disk is no failure; a table that cannot be written is one', () => {
  expect(callsOf('/dev/nvme0n1p3', 'ext4', { status: 1 })).toContain('resize2fs /dev/nvme0n1p3');
  expect(callsOf('/dev/nvme0n1p3', 'ext4', { status: 2 }).join('\n')).toMatch(
    /^growpart \/dev\/nvme0n1 3\nfailed/,
  );
});

test('a disk without partitions is not partitioned, and a logical volume is left alone', () => {
  expect(callsOf('/dev/vda', 'ext4')).toEqual(['resize2fs /dev/vda']);
  expect(callsOf('/dev/dm-0', 'ext4')).toEqual([]);
});
