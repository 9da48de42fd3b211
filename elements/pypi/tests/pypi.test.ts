import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('pip asks the index that the build serves, as often as the user says', async (element) => {
  const built = await element.run({
    without: ['pypi/lock.d'],
    environment: { DIB_PIP_RETRIES: '7', KILN_PACKAGE_INDEX: 'http://127.0.0.1:8000/simple/' },
    observe: ['PIP_INDEX_URL', 'PIP_RETRIES', 'PIP_DISABLE_PIP_VERSION_CHECK'],
  });
  expect(built.variables).toEqual({
    PIP_INDEX_URL: 'http://127.0.0.1:8000/simple/',
    PIP_RETRIES: '7',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  });
});
