import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const set = (lines: string) => ({ elements: { web: { 'install.d/50-set': lines } }, with: ['web'] });

elementTest('writes each parameter into a file of its own, with the reason', async (element) => {
  const built = await element.run(
    set('sysctl-write-value net.core.somaxconn 4096 "many clients"\nsysctl-set-value vm.swappiness 1\n'),
  );
  expect(await built.tree.read('/etc/sysctl.d/net.core.somaxconn.conf')).toBe(
    '# many clients\nnet.core.somaxconn = 4096\n',
  );
  expect(await built.tree.read('/etc/sysctl.d/vm.swappiness.conf')).toBe('vm.swappiness = 1\n');
});

elementTest('refuses a second value', async (element) => {
  const failed = await element.expectFailure(
    set('sysctl-write-value vm.swappiness 1\nsysctl-write-value vm.swappiness 2\n'),
  );
  expect(failed.message).toMatch(/set to '1' already; it cannot be '2' too/);
});
