import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';

/**
 * Whether an image is bootstrapped by diskimage-builder's own `debootstrap`: the program of that name copies the host's
 * `resolv.conf` into the tree, and nothing of diskimage-builder's takes it out again.
 */
export function leavesHostResolver({ elements }: Pick<ResolvedImage, 'elements'>): boolean {
  return elements.some(
    ({ name, files }) => name === 'debootstrap' && files.some(({ path }) => path === 'root.d/08-debootstrap'),
  );
}
