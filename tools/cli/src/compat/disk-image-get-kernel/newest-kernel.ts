import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { type DiskTree, openDisk } from '@kiln/testkit';
import { createHostRunner } from '@kiln/testkit/host/host-runner.ts';
import { findKernels } from '@kiln/testkit/verify/system/kernels.ts';

/** What a machine is started with over the network. */
export interface BootFiles {
  /** Paths in the image. */
  readonly kernelPath: string;
  readonly ramdiskPath: string;
  readonly kernel: Buffer;
  readonly ramdisk: Buffer;
}

/**
 * Reads the newest kernel of an image that has a ramdisk, and the ramdisk. The image (qcow2 or raw) is read as it lies
 * there, without mounting it.
 *
 * Fails with 'artifact-unreadable' where there is no such kernel, or nothing that can be read.
 */
export async function readBootFiles(image: string): Promise<BootFiles> {
  const disk = await openDisk({ file: image, run: createHostRunner() });
  try {
    if (disk.root === undefined) {
      const why = disk.unreadable.length > 0 ? disk.unreadable.join('; ') : 'it has no root filesystem';
      return fail({ code: 'artifact-unreadable', file: image, reason: why });
    }
    const found = await newestKernel(disk.tree);
    if (found === undefined) {
      const reason = 'there is no kernel with a ramdisk in its /boot';
      return fail({ code: 'artifact-unreadable', file: image, reason });
    }
    const [kernel, ramdisk] = [
      await disk.tree.readFile(found.kernel),
      await disk.tree.readFile(found.ramdisk),
    ];
    if (kernel === undefined || ramdisk === undefined)
      return fail({ code: 'artifact-unreadable', file: image, reason: `${found.kernel} cannot be read` });
    return { kernelPath: found.kernel, ramdiskPath: found.ramdisk, kernel, ramdisk };
  } finally {
    await disk.close();
  }
}

/** Paths of the kernel of the highest version, and of its ramdisk; 10 is higher than 9. */
export async function newestKernel(
  tree: DiskTree,
): Promise<{ readonly kernel: string; readonly ramdisk: string } | undefined> {
  const byVersion = new Intl.Collator('en', { numeric: true });
  const newest = (await findKernels(tree))
    .toSorted((a, b) => byVersion.compare(b.version, a.version))
    .find(({ initrd }) => initrd !== undefined);
  return newest?.initrd === undefined ? undefined : { kernel: newest.file, ramdisk: newest.initrd };
}
