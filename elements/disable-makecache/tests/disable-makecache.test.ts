import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('switches dnf’s timer off, and refuses a distribution without dnf', async (element) => {
  const built = await element.run({ environment: { DISTRO_NAME: 'rocky' } });
  expect(await built.calls('systemctl')).toEqual(['systemctl disable dnf-makecache.timer']);
  expect((await element.expectFailure()).message).toMatch(/debian has no dnf/);
});
