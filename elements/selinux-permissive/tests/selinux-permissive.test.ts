import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('SELinux is permissive, whatever its configuration said before', async (element) => {
  const before = { '/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=targeted\n' };
  expect(await (await element.run({ files: before })).tree.read('/etc/selinux/config')).toBe(
    'SELINUX=permissive\nSELINUXTYPE=targeted\n',
  );
  const built = await element.run();
  expect(await built.tree.read('/etc/selinux/config')).toBe('SELINUX=permissive\n');
  expect(await built.failedChecks()).toEqual([]);
});
