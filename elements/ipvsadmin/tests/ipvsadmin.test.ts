import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('installs ipvsadm', async (element) => {
  const built = await element.run();
  expect(await built.calls('apt-get')).toEqual(['apt-get install ipvsadm']);
  expect(await built.failedChecks()).toEqual([]);
});
