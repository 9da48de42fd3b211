import type { Runner } from '@kiln/engine/util/runner.ts';
import type { DiskImageFormat } from '../disk/identify-disk-format.ts';
import { openDisk } from '../disk/open-disk.ts';
import type { DiskTree } from '../disk/open-tree.ts';
import { isInstalled, readDpkgStatus } from '../verify/system/dpkg-status.ts';
import { findKernels } from '../verify/system/kernels.ts';

/** What must be known of an image before it is started, read from its files. */
export interface ImageFacts {
  readonly format: DiskImageFormat;
  readonly hasCloudInit: boolean;
  /** Undefined where the image has several kernels, or none. */
  readonly kernelVersion: string | undefined;
  /** Versions by name; empty without a dpkg database. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Reads the facts of an image from its files. Throws as `openDisk` does. */
export async function readImageFacts(file: string, run: Runner): Promise<ImageFacts> {
  const disk = await openDisk({ file, run });
  try {
    return { format: disk.image.format, ...(await readTreeFacts(disk.tree)) };
  } finally {
    await disk.close();
  }
}

/** The facts that a manifest holds: quicker than reading them from the image. */
export function factsOfPackages(packages: Readonly<Record<string, string>>): Omit<ImageFacts, 'format'> {
  const kernels = Object.keys(packages).flatMap(
    (name) => /^linux-image-(?<version>\d.*)$/u.exec(name)?.[1] ?? [],
  );
  return {
    hasCloudInit: packages['cloud-init'] !== undefined,
    kernelVersion: kernels.length === 1 ? kernels[0] : undefined,
    packages,
  };
}

/** The same facts of a tree. */
export async function readTreeFacts(tree: DiskTree): Promise<Omit<ImageFacts, 'format'>> {
  const packages = (await readDpkgStatus(tree)) ?? new Map();
  const [kernel, ...others] = await findKernels(tree);
  return {
    hasCloudInit: await tree.exists('/usr/bin/cloud-init'),
    kernelVersion: others.length === 0 ? kernel?.version : undefined,
    packages: Object.fromEntries(
      [...packages].filter(([, state]) => isInstalled(state)).map(([name, state]) => [name, state.version]),
    ),
  };
}
