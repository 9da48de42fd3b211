import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('keeps modules from being loaded, beside modprobe', async (element) => {
  const built = await element.run({ with: ['modprobe'], environment: { DIB_MODPROBE_BLACKLIST: 'igb' } });
  expect(await built.tree.read('/etc/modprobe.d/blacklist.conf')).toBe('blacklist igb\n');
});

elementTest('wants to know which', async (element) => {
  expect((await element.expectFailure()).output).toContain('set DIB_MODPROBE_BLACKLIST to the names');
});
