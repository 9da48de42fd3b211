import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const versions = ['6.1.0-9', '6.1.0-10', '6.1.0-1'];
const files = Object.fromEntries([
  ...versions.flatMap((version) =>
    ['vmlinuz', 'initrd.img', 'config', 'System.map'].map(
      (name) => [`/boot/${name}-${version}`, ''] as const,
    ),
  ),
  ['/boot/vmlinuz-6.1.0-9-debug', ''],
  ['/boot/grub.txt', ''],
]);

elementTest('leaves the newest kernel, those for debugging, and what is no kernel', async (element) => {
  const built = await element.run({ files });
  expect(await built.tree.list('/boot')).toEqual([
    'System.map-6.1.0-10',
    'config-6.1.0-10',
    'grub.txt',
    'initrd.img-6.1.0-10',
    'vmlinuz-6.1.0-10',
    'vmlinuz-6.1.0-9-debug',
  ]);
});
