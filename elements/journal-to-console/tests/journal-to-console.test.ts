import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('the journal goes to the console', async (element) => {
  const built = await element.run();
  expect(await built.tree.read('/etc/systemd/journald.conf.d/console.conf')).toBe(
    '[Journal]\nForwardToConsole=yes\n',
  );
  expect(await built.failedChecks()).toEqual([]);
});
