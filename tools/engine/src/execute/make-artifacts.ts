import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAreas, type WrittenArea } from '../block-device/free-areas.ts';
import { installBiosGrub } from '../block-device/install-bios-grub.ts';
import { writeDisk } from '../block-device/write-disk.ts';
import type { DiskLayout } from '../block-device/disk-layout.ts';
import { fail } from '../diagnostics/failure.ts';
import { archiveContainer } from '../formats/archive-container.ts';
import { archiveTree } from '../formats/archive-tree.ts';
import { convertDisk } from '../formats/convert-disk.ts';
import { isContainerFormat, isTreeFormat, type TreeFormat } from '../formats/image-format.ts';
import { vhdUtil } from '../formats/required-tools.ts';
import type { KeyRecord } from '../fingerprint/key-record.ts';
import type { LayerRecord } from '../layers/layer-record.ts';
import { mountOverlay } from '../layers/mount-layers.ts';
import { sandboxPaths } from '../plan/hook-environment.ts';
import { openSandbox, type Sandbox } from '../sandbox/open-sandbox.ts';
import { openWorkFolder, rawDiskName } from '../store/work-folder.ts';
import { biosGrubInTree } from './bios-grub-in-tree.ts';
import { layOutDisk } from './lay-out-disk.ts';
import { containerReference, diskSeed, type ArtifactPlan, type ArtifactSources } from './plan-artifacts.ts';
import { readTreeContents } from './tree-contents.ts';
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
      const diskFile = join(folder.path, rawDiskName);
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

/** Raised when more is read of a tree. */
const contentsVersion = 2;

/** Key of a tree's contents (`TreeContents`) in the store; the blob is JSON. */
export function contentsKey(tree: LayerRecord): string {
  return `contents ${contentsVersion} ${tree.layers.map((layer) => layer.digest).join(' ')}`;
}

async function recordContents(bench: Workbench, sandbox: Sandbox, tree: LayerRecord): Promise<void> {
  const contents = await readTreeContents(sandbox);
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
  const layout = await layOutDisk(sandbox, sources.disk, diskSeed(sources));
  await writeDisk({
    layout,
    treeDirectory: sandboxPaths.targetRoot,
    diskFile,
    epochSeconds: sources.epochSeconds,
    run: sandbox.run,
    signal: bench.signal,
  });
  const grub = await biosGrubInTree(sandbox);
  if (grub !== undefined) await installBiosGrub({ layout, diskFile, ...grub, run: sandbox.run });
  await writeAreas(sandbox.run, { layout, diskFile }, await readAreas(bench, sources.tree));
  return layout;
}

/** What finalise hooks wrote outside of the filesystems of the disk that they were shown. */
async function readAreas(bench: Workbench, { disk }: LayerRecord): Promise<readonly WrittenArea[]> {
  if (disk === undefined || disk.areas === null) return [];
  const { digest } = disk.areas;
  const file = await bench.store.locate(digest);
  if (file === undefined) return fail({ code: 'blob-damaged', digest });
  return JSON.parse(await readFile(file, 'utf8')) as readonly WrittenArea[];
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
  const { plan, disk, diskFile } = run;
  const targetFile = `${diskFile}.${plan.format}`;
  const made = { ...run, targetFile };
  if (isTreeFormat(plan.format)) await makeArchive(sandbox, plan.format, made);
  else await makeDiskImage(bench, sandbox, made);
  await bench.asRoot(['chown', `--reference=${bench.store.paths.work}`, targetFile]);
  await bench.store.commitFile(`artifact ${plan.key}`, targetFile, artifactMetadata(plan, disk));
}

interface ArtifactTarget {
  readonly sources: ArtifactSources;
  readonly targetFile: string;
}

async function makeArchive(
  { run }: Sandbox,
  format: TreeFormat,
  { sources, targetFile }: ArtifactTarget,
): Promise<void> {
  const { epochSeconds, definition, aciManifest } = sources;
  const common = { treeDirectory: sandboxPaths.targetRoot, targetFile, epochSeconds, run };
  if (!isContainerFormat(format)) return archiveTree({ ...common, format, aciManifest });
  const { architecture } = definition;
  return archiveContainer({ ...common, format, architecture, reference: containerReference(definition) });
}

async function makeDiskImage(
  bench: Workbench,
  sandbox: Sandbox,
  { sources, plan, diskFile, targetFile }: ArtifactTarget & { plan: ArtifactPlan; diskFile: string },
): Promise<void> {
  const { definition, tools } = sources;
  const { format } = plan;
  const lacksVhdUtil = (tools[vhdUtil] ?? 'absent') === 'absent';
  if (format === 'vhd' && lacksVhdUtil) {
    const message = "vhd: the host has no vhd-util, so qemu-img writes it (vpc, with the disk's exact size)";
    bench.report({ type: 'note', message });
  }
  await convertDisk({
    format,
    diskFile,
    targetFile,
    artifactName: `${definition.name}.${format}`,
    compression: definition.qcow2.compression,
    options: definition.qemuImgOptions,
    vhdWriter: lacksVhdUtil ? 'qemu-img' : 'vhd-util',
    seed: diskSeed(sources),
    source: 'keep',
    run: sandbox.run,
  });
}
