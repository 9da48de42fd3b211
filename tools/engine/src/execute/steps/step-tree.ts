import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../../diagnostics/failure.ts';
import { tellingFullDisk } from '../../diagnostics/full-disk.ts';
import type { LayerRecord } from '../../layers/layer-record.ts';
import { keepUpperInMemory, mountOverlay } from '../../layers/mount-layers.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { mountPseudoFilesystems } from '../../sandbox/mount-pseudo-filesystems.ts';
import { openSandbox, type Sandbox } from '../../sandbox/open-sandbox.ts';
import { openWorkFolder } from '../../store/work-folder.ts';
import { type Checkpoint, restoreCheckpoint } from './checkpoint.ts';
import { findsMounts, remakeMounts } from './left-mounts.ts';
import { measureImageSize } from './measure-image-size.ts';
import { mountSources } from './mount-sources.ts';
import { giveCacheBack, mountPackageCaches } from './package-caches.ts';
import { offerPackageIndex } from './package-index.ts';
import { openStandInDisk, type StandInDisk } from './stand-in-disk.ts';
import type { StepRun } from './step-run.ts';
import { lendResolvConf } from './tree-upkeep.ts';
import type { Workbench } from '../workbench.ts';
import { writeFiles } from './write-files.ts';
import { writeDiskParameters, writePrograms } from './write-programs.ts';

/** A step's tree, mounted and ready for its hooks. */
export interface StepTree {
  readonly sandbox: Sandbox;
  /** The work folder, as the host sees it. */
  readonly folder: string;
  /** Keeps what hooks added to the package caches. */
  readonly keepCaches: () => Promise<void>;
  /** What hooks find in their environment beside what is planned; in no key. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where hooks are shown a disk. */
  readonly disk: StandInDisk | undefined;
}

/** What a step begins with. */
export interface TreeStart {
  readonly checkpoint: Checkpoint | undefined;
  /** The upper folder lies in a tmpfs that may grow to this size; undefined: on disk. */
  readonly memoryBytes?: number | undefined;
}

/**
 * Mounts the tree on which a step works, in a work folder and namespaces of its own, for as long as `body` runs: the layers
 * below it, a checkpoint if there is one, the hooks directory, the elements, the package caches, the sources.
 */
export async function withStepTree<T>(
  bench: Workbench,
  run: StepRun,
  { checkpoint, memoryBytes }: TreeStart,
  body: (tree: StepTree) => Promise<T>,
): Promise<T> {
  const folder = await openWorkFolder(bench.store.paths.work, bench.asRoot);
  try {
    const sandbox = await openSandbox(folder.path, bench.privilege, bench.signal);
    try {
      await tellingFullDisk({ path: folder.path, doing: 'laying out the hooks' }, () =>
        prepareFolders(bench, folder.path, run),
      );
      if (memoryBytes !== undefined) await keepUpperInMemory(sandbox.run, 'mnt', memoryBytes);
      if (checkpoint?.upperFile !== undefined) await restoreCheckpoint(sandbox, checkpoint.upperFile);
      await mountTree(bench, sandbox, run, checkpoint?.sealed ?? []);
      // Where diskimage-builder has the tree while block-device.d runs.
      if (run.step.name === 'block-device') await symlink('mnt', join(folder.path, 'built'));
      await mountSources(bench, sandbox, { folder: folder.path, step: run.step.name });
      const caches = await mountPackageCaches(
        sandbox,
        { shared: bench.store.paths.caches, work: folder.path },
        run.step.caches,
      );
      const keepCaches = async (): Promise<void> => {
        await caches.keep();
        if (bench.privilege.length > 0)
          await giveCacheBack(sandbox, bench.imageCache, dirname(bench.store.paths.content));
      };
      const mountsBelow = findsMounts(run.step.name) ? (run.below.mounts ?? []) : [];
      await remakeMounts(sandbox, checkpoint?.mounts ?? mountsBelow);
      const disk = run.step.showsDisk ? await openStandInDisk(sandbox, run) : undefined;
      const index = await offerPackageIndex(bench, sandbox, { folder: folder.path, step: run.step.name });
      const variables = { ...index.variables, ...(await measureImageSize(sandbox, run.step)) };
      try {
        return await body({ sandbox, folder: folder.path, keepCaches, variables, disk });
      } finally {
        await index.close();
      }
    } finally {
      await sandbox.close();
    }
  } finally {
    await folder.close();
  }
}

async function prepareFolders(bench: Workbench, folder: string, run: StepRun): Promise<void> {
  const { epochSeconds } = run.plan;
  await writeFiles(join(folder, 'hooks.base'), run.step.hooksDirectory, epochSeconds);
  await writeFiles(join(folder, 'elements'), run.step.elementFiles, epochSeconds);
  await writeFiles(join(folder, 'lib'), run.step.library, epochSeconds);
  await writePrograms(folder);
  await writeDiskParameters(folder, run.disk.variables);
  await mkdir(join(folder, 'outputs'), { recursive: true });
  await mkdir(join(folder, 'image-cache'), { recursive: true });
  // DIB_LOCKFILES is there before the first hook, as by diskimage-builder.
  await mkdir(join(bench.imageCache, 'lockfiles'), { recursive: true });
}

async function mountTree(
  bench: Workbench,
  sandbox: Sandbox,
  run: StepRun,
  sealed: LayerRecord['layers'],
): Promise<void> {
  await sandbox.run(['mount', '--bind', bench.imageCache, sandboxPaths.imageCache]);
  const laidOut = [`${sandboxPaths.hooks}.base`, sandboxPaths.elements];
  if (bench.privilege.length > 0)
    await sandbox.run(['chown', '--recursive', '--no-dereference', '0:0', ...laidOut]);
  // They were written under the umask of whoever builds, and hooks copy from them.
  await sandbox.run(['chmod', '--recursive', 'go=u-w', ...laidOut]);
  await mountOverlay(sandbox.run, {
    name: 'hooks',
    base: `${sandboxPaths.hooks}.base`,
    layerFiles: await locateAll(bench, run.below.hooks === null ? [] : [run.below.hooks]),
    writable: run.step.name === 'extra-data' ? 'yes' : 'no',
  });
  await mountOverlay(sandbox.run, {
    name: 'mnt',
    layerFiles: await locateAll(bench, [...run.below.layers, ...sealed]),
    writable: 'yes',
    ...(run.step.showsDisk ? { source: run.disk.devices.root } : {}),
  });
  if (run.step.name === 'root') return;
  await mountPseudoFilesystems(sandbox.run, sandboxPaths.targetRoot);
  await lendResolvConf(sandbox.run);
}

async function locateAll(
  bench: Workbench,
  blobs: readonly { readonly digest: LayerRecord['layers'][number]['digest'] }[],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const { digest } of blobs) {
    const file = await bench.store.locate(digest);
    if (file === undefined) fail({ code: 'blob-damaged', digest });
    files.push(file);
  }
  return files;
}
