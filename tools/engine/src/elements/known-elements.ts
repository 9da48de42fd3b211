import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What Kiln knows of other people's elements, by their names: each folder has an `element.yaml`, and scripts in `lock.d`, for an
 * element that comes without.
 *
 * So an element of diskimage-builder runs as it is, and its keys still hold what it reads of the host and of the network.
 */
const knownElements = join(import.meta.dirname, '..', '..', 'known-elements');

/** The folder with what is known of elements of a name; undefined where nothing is. */
export function knownFolder(name: string): string | undefined {
  const folder = join(knownElements, name);
  return existsSync(join(folder, 'element.yaml')) || existsSync(join(folder, 'lock.d')) ? folder : undefined;
}

/** In byte order. */
export function knownElementNames(): readonly string[] {
  return readdirSync(knownElements).toSorted();
}
