import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

elementTest('loads the modules at boot that the kernel has', async (element) => {
  const files = {
    '/usr/lib/modules/6.1.0/modules.dep':
      'kernel/drivers/infiniband/ulp/ipoib/ib_ipoib.ko.xz: kernel/a.ko\nkernel/mlx5/mlx5_ib.ko:\nkernel/x/not_mlx4_ib.ko:\n',
  };
  const built = await element.run({ files });
  expect(await built.tree.read('/etc/modules-load.d/mellanox.conf')).toBe('mlx5_ib\nib_ipoib\n');
  expect((await built.calls('install-packages')).join('\n')).toMatch(/ mstflint .* rdma-core /);
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('loads all where the kernel is not known', async (element) => {
  const built = await element.run();
  expect((await built.tree.read('/etc/modules-load.d/mellanox.conf'))?.split('\n')).toContain('mlx4_en');
});

test('a ramdisk loads what there is before it looks for the network, and for an adapter that comes later', () => {
  const file = (name: string) => new URL(`../${name}`, import.meta.url).pathname;
  const script = `modprobe() { echo "load $1"; [ "$1" != mlx5_ib ]; }; source ${file('init.d/22-mellanox')}`;
  const { stdout, status } = spawnSync('bash', ['--norc', '-ec', script], { encoding: 'utf8' });
  expect(status, 'a module that the kernel has not is no failure').toBe(0);
  expect(stdout).toContain('mellanox: no module mlx5_ib\n');
  const loaded = [...stdout.matchAll(/^load (.*)$/gm)].map(([, name]) => name);
  expect(loaded).toContain('mlx4_en');
  const rule = readFileSync(file('udev.d/81-mellanox.rules'), 'utf8');
  expect(rule).toContain('ATTR{vendor}=="0x15b3"');
  expect(rule).toContain(`/sbin/modprobe -qab ${loaded.join(' ')}"`);
});
