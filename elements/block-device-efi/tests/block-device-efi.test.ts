import { testBlockDevice } from '@kiln/testkit/element-tests/test-block-device.ts';

testBlockDevice({
  kind: 'efi',
  layout: [
    'gpt, sectors of 512 bytes',
    'ESP',
    'BSP',
    'root',
    '/boot/efi vfat MKFS_ESP',
    '/ ext4 cloudimg-rootfs',
  ],
  refused: 'ppc64el',
});
