import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('asks for a kernel with few drivers, unless the user wants another', async (element) => {
  const kernel = async (environment: Readonly<Record<string, string>>) => {
    const elements = { bootloader: {} };
    const built = await element.run({
      elements,

      environment,
      observe: ['DIB_DEBIAN_KERNEL'],
    });
    return built.variables['DIB_DEBIAN_KERNEL'];
  };
  expect(await kernel({})).toBe('cloud');
  expect(await kernel({ DIB_DEBIAN_KERNEL: 'rt' })).toBe('rt');
});
