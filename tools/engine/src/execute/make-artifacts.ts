import { join } from 'node:path';
import { installBiosGrub } from '../block-device/install-bios-grub.ts';
import { measureTree } from '../block-device/measure-tree.ts';
import { planDiskLayout } from '../block-device/plan-disk-layout.ts';
import { writeDisk } from '../block-device/write-disk.ts';
import type { DiskLayout } from '../block-device/disk-layout.ts';
import { BuildFailure, fail } from '../diagnostics/failure.ts';
import { archiveTree } from '../formats/archive-tree.ts';
import { convertDisk } from '../formats/convert-disk.ts';
import { isTreeFormat } from '../formats/image-format.ts';
import type { KeyRecord } from '../fingerprint/key-record.ts';
import type { LayerRecord } from '../layers/layer-record.ts';
import { mountOverlay } from '../layers/mount-layers.ts';
import { sandboxPaths } from '../plan/hook-environment.ts';
import { openSandbox, type Sandbox } from '../sandbox/open-sandbox.ts';
import { openWorkFolder } from '../store/work-folder.ts';
import { diskSeed, type ArtifactPlan, type ArtifactSources } from './plan-artifacts.ts';
import { readPackages, type InstalledPackage } from './tree-contents.ts';
import type { Workbench } from './workbench.ts';

/** The artifacts that the store lacks, and where their bytes can come from. */
export interface ArtifactRun {
  readonly sources: ArtifactSources;
  readonly missing: readonly ArtifactPlan[];
}

/**
 * Makes artifacts of the finished tree: the disk once, in a work folder, then each format of it. Every artifact goes into the
 * store under its key; the raw disk goes with the work folder.
 */
export async function makeArtifacts(bench: Workbench, run: ArtifactRun): Promise<void> {
  const folder = await openWorkFolder(bench.store.paths.work, bench.asRoot);
  try {
    const sandbox = await openSandbox(folder.path, bench.privilege, bench.signal);
    try {
      const layerFiles = await locateLayers(bench, run.sources);
      await mountOverlay(sandbox.run, { name: 'mnt', layerFiles, writable: 'no' });
      const diskFile = join(folder.path, 'disk.raw');
      const needsDisk = run.missing.some(({ format }) => !isTreeFormat(format));
      const disk = needsDisk ? await makeDisk(bench, sandbox, { ...run, diskFile }) : undefined;
      for (const plan of run.missing) await makeArtifact(bench, sandbox, { ...run, disk, diskFile, plan });
      await recordContents(bench, sandbox, run.sources.tree);
    } finally {
      await sandbox.close();
    }
  } finally {
    await folder.close();
  }
}

/** What the tree holds, for manifests, kept beside its topmost layer. */
export interface TreeContents {
  readonly packages: readonly InstalledPackage[];
}

/** Key of a tree's contents in the store; the blob is JSON. */
export function contentsKey(tree: LayerRecord): string {
  return `contents ${tree.layers.map((layer) => layer.digest).join(' ')}`;
}

async function recordContents(bench: Workbench, sandbox: Sandbox, tree: LayerRecord): Promise<void> {
  const contents: TreeContents = { packages: await readPackages(sandbox) };
  await bench.store.commitBytes(contentsKey(tree), Buffer.from(JSON.stringify(contents)), null);
}

async function locateLayers(bench: Workbench, sources: ArtifactSources): Promise<readonly string[]> {
  const files: string[] = [];
  for (const { digest } of sources.tree.layers) {
    const file = await bench.store.locate(digest);
    if (file === undefined) fail({ code: 'blob-damaged', digest });
    files.push(file);
  }
  return files;
}

async function makeDisk(
  bench: Workbench,
  sandbox: Sandbox,
  run: ArtifactRun & { diskFile: string },
): Promise<DiskLayout> {
  const { sources, diskFile } = run;
  const layout = await layOut(sandbox, sources);
  await writeDisk({
    layout,
    treeDirectory: sandboxPaths.targetRoot,
    diskFile,
    epochSeconds: sources.epochSeconds,
    run: sandbox.run,
    signal: bench.signal,
  });
  const [bootImage, coreImage] = [
    await readFromTree(sandbox, 'boot.img'),
    await readFromTree(sandbox, 'core.img'),
  ];
  if (bootImage !== undefined && coreImage !== undefined) {
    await installBiosGrub({ layout, diskFile, bootImage, coreImage, run: sandbox.run });
  }
  return layout;
}

async function layOut(sandbox: Sandbox, sources: ArtifactSources): Promise<DiskLayout> {
  const { definition, disk } = sources;
  const nested = disk.mountPoints.filter((mountPoint) => mountPoint !== '/');
  const measure = await measureTree(sandbox.run, sandboxPaths.targetRoot, nested);
  const layout = planDiskLayout({
    graph: disk.graph,
    treeBytes: measure.bytes,
    treeInodes: measure.inodes,
    subtrees: measure.subtrees,
    sizeBytes: definition.sizeBytes,
    rootFilesystem: definition.rootFilesystem,
    rootLabel: definition.rootLabel,
    seed: diskSeed(sources),
  });
  if (!layout.ok) throw new BuildFailure(layout.failures);
  return layout.value;
}

/** GRUB's images as `grub-install` leaves them in the tree; undefined where the image does not boot by BIOS. */
async function readFromTree(sandbox: Sandbox, name: string): Promise<Buffer | undefined> {
  const path = `${sandboxPaths.targetRoot}/boot/grub/i386-pc/${name}`;
  const encoded = await sandbox.run(['base64', '--wrap=0', path], { allowFailure: true });
  return encoded.ok ? Buffer.from(encoded.stdout, 'base64') : undefined;
}

/** What the store keeps beside an artifact: its key record, and how its disk is laid out. */
export interface ArtifactMetadata extends KeyRecord {
  readonly disk?: DiskLayout;
}

/** The metadata of an artifact; an archive of the tree has no disk. */
export function artifactMetadata(plan: ArtifactPlan, disk: DiskLayout | undefined): ArtifactMetadata {
  return disk === undefined || isTreeFormat(plan.format) ? plan.record : { ...plan.record, disk };
}

async function makeArtifact(
  bench: Workbench,
  sandbox: Sandbox,
  run: ArtifactRun & {
    readonly disk: DiskLayout | undefined;
    readonly diskFile: string;
    readonly plan: ArtifactPlan;
  },
): Promise<void> {
  const { sources, plan, disk, diskFile } = run;
  const targetFile = `${diskFile}.${plan.format}`;
  if (isTreeFormat(plan.format)) {
    const { epochSeconds } = sources;
    const treeDirectory = sandboxPaths.targetRoot;
    await archiveTree({ format: plan.format, treeDirectory, targetFile, epochSeconds, run: sandbox.run });
  } else {
    await convertDisk({
      format: plan.format,
      diskFile,
      targetFile,
      artifactName: `${sources.definition.name}.${plan.format}`,
      compression: sources.definition.qcow2.compression,
      seed: diskSeed(sources),
      source: 'keep',
      run: sandbox.run,
    });
  }
  await bench.asRoot(['chown', `--reference=${bench.store.paths.work}`, targetFile]);
  await bench.store.commitFile(`artifact ${plan.key}`, targetFile, artifactMetadata(plan, disk));
}
