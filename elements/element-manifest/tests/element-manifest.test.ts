import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('writes the names of all elements, sorted, in the image and beside it', async (element) => {
  const built = await element.run();
  const manifest = await built.tree.read('/etc/dib-manifests/dib-element-manifest');
  const names = manifest?.trimEnd().split('\n') ?? [];
  expect(names).toEqual(expect.arrayContaining(['element-manifest', 'fixture-system', 'manifests']));
  expect(names).toEqual(names.toSorted());
  expect(await built.tree.mode('/etc/dib-manifests/dib-element-manifest')).toBe('0600');
  expect(await built.handedOut(`${element.name}.d/dib-manifests/dib-element-manifest`)).toBe(manifest);
});

elementTest('writes them elsewhere if asked', async (element) => {
  const built = await element.run({ environment: { DIB_ELEMENT_MANIFEST_PATH: '/opt/elements' } });
  expect(await built.tree.read('/opt/elements')).toContain('element-manifest\n');
});
