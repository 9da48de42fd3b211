import { testBlockDevice } from '@kiln/testkit/element-tests/test-block-device.ts';

testBlockDevice({
  kind: 'mbr',
  layout: ['mbr, sectors of 512 bytes', 'root (bootable)', '/ ext4 cloudimg-rootfs'],
  refused: 'arm64',
});
