/**
 * Two physical volumes and a group on them: a root that spans both, volumes of one piece, swap, and a thin pool with two thin
 * volumes that together show more than it has.
 */
export const lvmConfiguration: unknown = [
  { local_loop: { name: 'image0' } },
  {
    partitioning: {
      base: 'image0',
      label: 'gpt',
      partitions: [
        { name: 'first', type: '8E00', size: '81MiB' },
        { name: 'second', type: '8E00', size: '100%' },
      ],
    },
  },
  {
    lvm: {
      name: 'lvm',
      base: ['first', 'second'],
      pvs: [
        { name: 'pv1', base: 'first', options: ['--force'] },
        { name: 'pv2', base: 'second' },
      ],
      vgs: [{ name: 'vg', base: ['pv1', 'pv2'] }],
      lvs: [
        { name: 'lv_root', base: 'vg', size: '200MiB' },
        { name: 'lv_boot', base: 'vg', size: '34MiB' },
        { name: 'lv_swap', base: 'vg', extents: 2 },
        { name: 'pool', base: 'vg', type: 'thin-pool', size: '32MiB' },
        { name: 'lv_var', base: 'vg', type: 'thin', 'thin-pool': 'pool', size: '64MiB' },
        { name: 'lv_home', base: 'vg', type: 'thin', 'thin-pool': 'pool', size: '1GiB' },
        { name: 'lv_rest', base: 'vg', extents: '50%FREE' },
      ],
    },
  },
  { mkfs: { name: 'mkfs_root', base: 'lv_root', mount: { mount_point: '/', fstab: {} } } },
  { mkfs: { base: 'lv_boot', type: 'ext2', label: 'boot', mount: { mount_point: '/boot', fstab: {} } } },
  { mkfs: { base: 'lv_swap', type: 'swap', label: 'swap', mount: { mount_point: 'swap', fstab: {} } } },
  { mkfs: { base: 'lv_var', type: 'ext4', label: 'var', mount: { mount_point: '/var', fstab: {} } } },
  { mkfs: { base: 'lv_home', type: 'ext4', label: 'home', mount: { mount_point: '/home', fstab: {} } } },
];
