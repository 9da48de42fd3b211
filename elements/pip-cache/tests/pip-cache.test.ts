import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('pip keeps its downloads in a cache that builds share', async (element) => {
  const built = await element.run({
    elements: { pypi: {}, web: { 'install.d/50-pip': 'echo wheel >"$PIP_CACHE_DIR/wheel"\n' } },
    with: ['web'],
    observe: ['PIP_CACHE_DIR', 'PIP_DOWNLOAD_CACHE'],
  });
  expect(built.variables).toEqual({ PIP_CACHE_DIR: '/tmp/pip', PIP_DOWNLOAD_CACHE: '/tmp/pip' });
  expect(await built.tree.exists('/tmp/pip/wheel')).toBe(false);
});
