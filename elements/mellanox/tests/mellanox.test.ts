import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

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
