import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('installs keepalived and leaves it off', async (element) => {
  const built = await element.run({ elements: { dpkg: {} } });
  expect(await built.failedChecks()).toEqual([]);
  expect(await built.calls('apt-get')).toEqual(['apt-get install keepalived']);
  expect(await built.calls('systemctl')).toEqual(['systemctl disable keepalived.service']);
});
