import { testBlockDevice } from '@kiln/testkit/element-tests/test-block-device.ts';

testBlockDevice({
  kind: 'gpt',
  layout: ['gpt, sectors of 512 bytes', 'BSP', 'root', '/ ext4 cloudimg-rootfs'],
  refused: 'arm64',
});
