/** A disk with one gpt partition for a physical volume, and an `lvm` node with what a test puts into it. */
export function withVolumes(lvs: readonly unknown[], more: readonly unknown[] = []): readonly unknown[] {
  return [
    { local_loop: { name: 'image0' } },
    {
      partitioning: {
        base: 'image0',
        label: 'gpt',
        partitions: [{ name: 'data', type: '8E00', size: '100%' }],
      },
    },
    {
      lvm: {
        name: 'lvm',
        base: ['data'],
        pvs: [{ name: 'pv', base: 'data', options: ['--force'] }],
        vgs: [{ name: 'vg', base: ['pv'], options: ['--force'] }],
        lvs,
      },
    },
    ...more,
  ];
}

export const rootOnVolume = {
  mkfs: { name: 'mkfs_root', base: 'lv_root', mount: { mount_point: '/' } },
};
