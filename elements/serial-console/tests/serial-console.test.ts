import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('is enable-serial-console', async (element) => {
  const built = await element.run();
  expect(await built.tree.read('/etc/udev/rules.d/99-serial-console.rules')).toContain('serial-getty@');
});
