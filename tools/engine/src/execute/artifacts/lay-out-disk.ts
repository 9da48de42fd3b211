import type { DiskLayout } from '../../block-device/disk-layout.ts';
import { measureTree } from '../../block-device/layout/measure-tree.ts';
import { planDiskLayout } from '../../block-device/layout/plan-disk-layout.ts';
import { BuildFailure } from '../../diagnostics/failure.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import type { DiskDraft } from './draft-disk.ts';

/** A disk's layout, and what its filesystems have to hold. */
export interface LaidOutDisk {
  readonly layout: DiskLayout;
  readonly treeBytes: number;
}

/**
 * Lays out the disk for the tree that is mounted.
 *
 * @param seed of its identifiers.
 */
export async function layOutDisk(
  sandbox: Sandbox,
  { graph, mountPoints, request, onMeasured }: DiskDraft,
  seed: string,
): Promise<LaidOutDisk> {
  const nested = mountPoints.filter((mountPoint) => mountPoint !== '/');
  const measure = await measureTree(sandbox.run, sandboxPaths.targetRoot, nested);
  await onMeasured?.(measure);
  const layout = planDiskLayout({
    ...request,
    graph,
    treeBytes: measure.bytes,
    treeInodes: measure.inodes,
    subtrees: measure.subtrees,
    seed,
  });
  if (!layout.ok) throw new BuildFailure(layout.failures);
  return { layout: layout.value, treeBytes: measure.bytes };
}
