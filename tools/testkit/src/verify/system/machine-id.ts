import type { DiskTree } from '../../disk/open-tree.ts';

/**
 * What machine-id(5) makes of the image: `first-boot` (absent or `uninitialized`: presets are applied), `unset`
 * (empty: made at boot, but no first boot), or `set`: every machine from this image would have the same one.
 */
export async function readMachineId(tree: DiskTree): Promise<'first-boot' | 'unset' | 'set'> {
  const text = (await tree.readText('/etc/machine-id'))?.trim();
  if (text === undefined || text === 'uninitialized') return 'first-boot';
  return text === '' ? 'unset' : 'set';
}
