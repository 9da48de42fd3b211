import { lstatSync } from 'node:fs';
import type { DeferredData } from '../block-device/writing/deferred-data.ts';

/** A tree that consists of layers which never change. */
export interface TreeOrigin {
  /** Where the tree is mounted, read-only. */
  readonly treeFolder: string;
  /** Bottom first. */
  readonly layers: readonly MountedLayer[];
}

export interface MountedLayer {
  readonly folder: string;
  readonly digest: string;
}

/**
 * Finds out which layer the files of each device are in. An overlay gives the files of each layer a device of their own and the inode that
 * they have in the layer (`xino=off`), so digest and inode say what is in a file.
 *
 * @returns digests by device; a device whose layer is not certain is left out.
 */
export function findLayers(
  data: readonly DeferredData[],
  origin: TreeOrigin | null,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const tried = new Set<string>();
  for (const { path, identity } of data) {
    const [device = '', inode = ''] = identity.split(':');
    if (origin === null || tried.has(device)) continue;
    tried.add(device);
    const layer = layerOf(path, inode, origin);
    if (layer !== undefined) found.set(device, layer.digest);
  }
  return found;
}

/** The uppermost layer that has the path is the one that shows. */
function layerOf(path: string, inode: string, { treeFolder, layers }: TreeOrigin): MountedLayer | undefined {
  if (!path.startsWith(`${treeFolder}/`)) return undefined;
  const inTree = path.slice(treeFolder.length);
  for (const layer of layers.toReversed()) {
    const file = Buffer.from(`${layer.folder}${inTree}`, 'latin1');
    const facts = lstatSync(file, { throwIfNoEntry: false });
    if (facts !== undefined) return String(facts.ino) === inode ? layer : undefined;
  }
  return undefined;
}
