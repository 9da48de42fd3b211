import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('is deploy-baremetal', async (element) => {
  const built = await element.run({
    elements: { shows: { 'post-install.d/50-init': 'ls /tmp/in_target.d/init.d >/fragments\n' } },
    with: ['shows'],
  });
  expect(await built.tree.read('/fragments')).toContain('80-deploy\n');
});
