import { describeLayout } from '@kiln/testkit/element-tests/describe-layout.ts';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('says what kind of disk it is, and lays it out', async (element) => {
  const built = await element.run({ observe: ['DIB_BLOCK_DEVICE'] });
  expect(built.variables).toEqual({ DIB_BLOCK_DEVICE: 'efi' });
  expect(describeLayout(element)).toEqual([
    'gpt, sectors of 512 bytes',
    'ESP',
    'BSP',
    'root',
    '/boot/efi vfat MKFS_ESP',
    '/ xfs img-rootfs',
    '/var xfs fs_var',
    '/home xfs fs_home',
  ]);
});

elementTest('refuses a machine that could not boot it', async (element) => {
  const failed = await element.expectFailure({
    definition: 'architecture: ppc64el',
    observe: ['DIB_BLOCK_DEVICE'],
  });
  expect(failed.message).toContain('block-device-efi-lvm cannot boot on ppc64el');
});
