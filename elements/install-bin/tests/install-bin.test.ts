import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('puts the bin folders of elements into /usr/local/bin, executable', async (element) => {
  const built = await element.run({
    elements: { web: { 'bin/web-tool': 'echo tool\n', 'install.d/10-use': 'web-tool >/used\n' } },
    with: ['web'],
  });
  expect(await built.tree.mode('/usr/local/bin/web-tool')).toBe('0755');
  expect(await built.tree.owner('/usr/local/bin/web-tool')).toBe('0:0');
  expect(await built.tree.read('/used')).toBe('tool\n');
});
