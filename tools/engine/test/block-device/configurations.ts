/** block-device-efi: an EFI system partition, a BIOS boot partition, and the root on the rest. */
export const efiConfiguration = [
  { local_loop: { name: 'image0' } },
  {
    partitioning: {
      base: 'image0',
      label: 'gpt',
      partitions: [
        {
          name: 'ESP',
          type: 'EF00',
          size: '550MiB',
          mkfs: {
            type: 'vfat',
            mount: { mount_point: '/boot/efi', fstab: { options: 'defaults', 'fsck-passno': 2 } },
          },
        },
        { name: 'BSP', type: 'EF02', size: '8MiB' },
        {
          name: 'root',
          type: '8300',
          size: '100%',
          mkfs: {
            type: 'ext4',
            mount: { mount_point: '/', fstab: { options: 'defaults', 'fsck-passno': 1 } },
          },
        },
      ],
    },
  },
];

/** block-device-mbr: one bootable primary partition. */
export const mbrConfiguration = [
  { local_loop: { name: 'image0' } },
  {
    partitioning: {
      base: 'image0',
      label: 'mbr',
      partitions: [
        {
          name: 'root',
          flags: ['boot', 'primary'],
          size: '100%',
          mkfs: { mount: { mount_point: '/', fstab: { options: 'defaults', 'fsck-passno': 1 } } },
        },
      ],
    },
  },
];
