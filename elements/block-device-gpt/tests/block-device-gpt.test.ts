import { describeLayout } from '@kiln/testkit/element-tests/describe-layout.ts';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('says what kind of disk it is, and lays it out', async (element) => {
  const built = await element.run({ observe: ['DIB_BLOCK_DEVICE'] });
  expect(built.variables).toEqual({ DIB_BLOCK_DEVICE: 'gpt' });
  expect(describeLayout(element)).toEqual([
    'gpt, sectors of 512 bytes',
    'BSP',
    'root',
    '/ ext4 cloudimg-rootfs',
  ]);
});

elementTest('refuses a machine that could not boot it', async (element) => {
  const failed = await element.expectFailure({
    definition: 'architecture: arm64',
    observe: ['DIB_BLOCK_DEVICE'],
  });
  expect(failed.message).toContain('block-device-gpt cannot boot on arm64');
});
