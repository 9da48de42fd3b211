import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('disables SELinux where there is a configuration', async (element) => {
  const files = { '/etc/selinux/config': '# SELINUX= says how\nSELINUX=enforcing\nSELINUXTYPE=targeted\n' };
  const built = await element.run({ files });
  expect(await built.tree.read('/etc/selinux/config')).toBe(
    '# SELINUX= says how\nSELINUXTYPE=targeted\nSELINUX=disabled\n',
  );
});

elementTest('an image without SELinux stays as it is, and builds', async (element) => {
  expect(await (await element.run()).tree.exists('/etc/selinux')).toBe(false);
});
