import { expect, test } from 'vitest';
import { renderFstab } from '../../../src/block-device/writing/render-fstab.ts';
import type { Filesystem } from '../../../src/block-device/disk-layout.ts';

const plain: Filesystem = {
  name: 'mkfs_root',
  type: 'ext4',
  label: 'cloudimg-rootfs',
  uuid: '',
  offsetBytes: 0,
  sizeBytes: 0,
  mountPoint: '/',
  options: [],
  fstab: { options: 'defaults', dump: 0, pass: 1 },
};

test('a line for each filesystem with an fstab node, parents first, swap last', () => {
  const filesystems: readonly Filesystem[] = [
    {
      ...plain,
      type: 'swap',
      label: 'swap',
      mountPoint: undefined,
      fstab: { options: 'sw', dump: 0, pass: 0 },
    },
    {
      ...plain,
      type: 'vfat',
      label: 'ESP',
      mountPoint: '/boot/efi',
      fstab: { options: 'umask=0077', dump: 0, pass: 2 },
    },
    { ...plain, label: 'silent', mountPoint: '/mnt', fstab: undefined },
    { ...plain, label: 'my boot', mountPoint: '/boot', fstab: { options: 'defaults', dump: 0, pass: 2 } },
    plain,
  ];
  expect(renderFstab({ sizeBytes: 0, sectorBytes: 512, table: undefined, filesystems })).toBe(
    [
      'LABEL=cloudimg-rootfs / ext4 defaults 0 1',
      'LABEL=my\\040boot /boot ext4 defaults 0 2',
      'LABEL=ESP /boot/efi vfat umask=0077 0 2',
      'LABEL=swap none swap sw 0 0',
      '',
    ].join('\n'),
  );
});
