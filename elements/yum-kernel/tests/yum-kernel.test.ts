import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('dracut is there before the kernel, which may be a small one or none', async (element) => {
  const installed = async (environment: Readonly<Record<string, string>>) => {
    const calls = await (await element.run({ environment })).calls('install-packages');
    return calls.map((call) => call.replace(/^install-packages (?:-u )?/, ''));
  };
  const dracut = 'dracut dracut-config-generic';
  expect(await installed({})).toEqual([dracut, 'kernel']);
  expect(await installed({ DIB_YUM_KERNEL: 'kernel-core' })).toEqual([dracut, 'kernel-core']);
  expect(await installed({ DIB_YUM_KERNEL: 'none' })).toEqual([]);
});
