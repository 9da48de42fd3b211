import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('no disk is made, and what a hook hands out is there', async (element) => {
  const kernel = { 'cleanup.d/99-hand-out': 'echo kernel >"$IMAGE_NAME.kernel"\n' };
  const options = { elements: { kernel }, with: ['kernel'], formats: ['raw', 'tar'] };
  const built = await element.run(options);
  expect(built.artifacts.map(({ format }) => format)).toEqual(['tar']);
  expect(await built.handedOut('no-final-image.kernel')).toBe('kernel\n');
});
