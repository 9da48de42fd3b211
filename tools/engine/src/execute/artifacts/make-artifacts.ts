import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAreas, type WrittenArea } from '../../block-device/writing/free-areas.ts';
import { installBiosGrub } from '../../block-device/writing/install-bios-grub.ts';
import { writeDisk } from '../../block-device/writing/write-disk.ts';
import type { DiskLayout } from '../../block-device/disk-layout.ts';
import { fail } from '../../diagnostics/failure.ts';
import { archiveContainer } from '../../formats/archive-container.ts';
import { archiveTree } from '../../formats/archive-tree.ts';
import { convertDisk, isPackedHere } from '../../formats/convert-disk.ts';
import { isContainerFormat, isTreeFormat, type TreeFormat } from '../../formats/image-format.ts';
import { vhdUtil } from '../../formats/required-tools.ts';
import type { LayerRecord } from '../../layers/layer-record.ts';
import { layerFolders, mountMemory, mountOverlay } from '../../layers/mount-layers.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { openSandbox, sandboxRoot, type Sandbox } from '../../sandbox/open-sandbox.ts';
import { openWorkFolder, rawDiskName } from '../../store/work-folder.ts';
import { biosGrubInTree } from './bios-grub-in-tree.ts';
import { findPackedClusters, notePackedClusters } from './packed-clusters.ts';
import { layOutDisk } from './lay-out-disk.ts';
import {
  type ArtifactPlan,
  type ArtifactSources,
  artifactMetadata,
  containerReference,
  diskSeed,
} from './plan-artifacts.ts';
import { contentsKey, readTreeContents } from './tree-contents.ts';
import type { Workbench } from '../workbench.ts';
import { grantMemory } from '../working-memory.ts';

/** The artifacts that the store lacks, and where their bytes can come from. */
export interface ArtifactRun {
  readonly sources: ArtifactSources;
  readonly missing: readonly ArtifactPlan[];
}

/**
 * Makes artifacts of the finished tree: the disk once, in memory or in a work folder, then each format of it. Every artifact goes into
 * the store under its key; the raw disk goes with the work folder.
 */
export async function makeArtifacts(bench: Workbench, run: ArtifactRun): Promise<void> {
  const folder = await openWorkFolder(bench.store.paths.work, bench.asRoot);
  try {
    const sandbox = await openSandbox(folder.path, bench.privilege, bench.signal);
    try {
      const layerFiles = await locateLayers(bench, run.sources);
      await mountOverlay(sandbox.run, { name: 'mnt', layerFiles, writable: 'no', readsFrom: 'files' });
      const needsDisk = run.missing.some(({ format }) => !isTreeFormat(format));
      const [disk] = await Promise.all([
        needsDisk ? makeDisk(bench, sandbox, run.sources, folder.path) : undefined,
        recordContents(bench, sandbox, run.sources.tree),
      ]);
      await makeAll(bench, sandbox, { ...run, disk, folder: folder.path });
    } finally {
      await sandbox.close();
    }
  } finally {
    await folder.close();
  }
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

/** The raw disk, and how it is laid out. */
interface MadeDisk {
  readonly layout: DiskLayout;
  /** As the sandbox sees it. */
  readonly file: string;
  /** List of the data that is still in the tree. */
  readonly deferredFile: string;
}

async function makeDisk(
  bench: Workbench,
  sandbox: Sandbox,
  sources: ArtifactSources,
  folder: string,
): Promise<MadeDisk> {
  const { layout, treeBytes } = await layOutDisk(sandbox, sources.disk, diskSeed(sources));
  const file = join(await placeForDisk(bench, sandbox, { folder, treeBytes }), rawDiskName);
  const deferredFile = `${file}.deferred`;
  await writeDisk({
    layout,
    treeDirectory: sandboxPaths.targetRoot,
    diskFile: file,
    deferredFile,
    epochSeconds: sources.epochSeconds,
    run: sandbox.run,
    signal: bench.signal,
  });
  const grub = await biosGrubInTree(sandbox);
  if (grub !== undefined) await installBiosGrub({ layout, diskFile: file, ...grub, run: sandbox.run });
  await writeAreas(sandbox.run, { layout, diskFile: file }, await readAreas(bench, sources.tree));
  return { layout, file, deferredFile };
}

/** Beside the tree itself, which formats of qemu-img have copied into the disk: journals, tables, and a volume that is made in a file of its own first. */
const moreThanTree = { factor: 2, bytes: 512 << 20 };

/**
 * The folder for the raw disk: a tmpfs where memory certainly suffices, or else the work folder. A disk in memory need not be written back, and
 * nobody keeps it.
 */
async function placeForDisk(
  bench: Workbench,
  sandbox: Sandbox,
  { folder, treeBytes }: { readonly folder: string; readonly treeBytes: number },
): Promise<string> {
  const grantedBytes = (await grantMemory(bench.memory)) ?? 0;
  if (grantedBytes < treeBytes * moreThanTree.factor + moreThanTree.bytes) return folder;
  const memory = `${sandboxRoot}/memory`;
  await mountMemory(sandbox.run, memory, grantedBytes);
  return memory;
}

/** What finalise hooks wrote outside of the filesystems of the disk that they were shown. */
async function readAreas(bench: Workbench, { disk }: LayerRecord): Promise<readonly WrittenArea[]> {
  if (disk === undefined || disk.areas === null) return [];
  const { digest } = disk.areas;
  const file = await bench.store.locate(digest);
  if (file === undefined) return fail({ code: 'blob-damaged', digest });
  return JSON.parse(await readFile(file, 'utf8')) as readonly WrittenArea[];
}

/** What artifacts are made of. */
interface ArtifactMaking extends ArtifactRun {
  readonly disk: MadeDisk | undefined;
  readonly folder: string;
}

async function makeAll(bench: Workbench, sandbox: Sandbox, run: ArtifactMaking): Promise<void> {
  for (const plan of run.missing) await makeArtifact(bench, sandbox, { ...run, plan });
}

async function makeArtifact(
  bench: Workbench,
  sandbox: Sandbox,
  run: ArtifactMaking & { readonly plan: ArtifactPlan },
): Promise<void> {
  const { plan, disk, folder, sources } = run;
  const targetFile = join(folder, `artifact.${plan.format}`);
  const listFile = `${targetFile}.clusters`;
  const made = { ...run, targetFile };
  if (isTreeFormat(plan.format)) await makeArchive(sandbox, plan.format, made);
  else if (disk !== undefined) await makeDiskImage(bench, sandbox, { ...made, disk, listFile });
  const owner = `--reference=${bench.store.paths.work}`;
  await bench.asRoot(['chown', owner, targetFile]);
  const metadata = artifactMetadata(plan, disk?.layout);
  const artifact = await bench.store.commitFile(`artifact ${plan.key}`, targetFile, metadata);
  if (!isPackedHere(imageOptions(plan, sources))) return;
  await bench.asRoot(['chown', owner, listFile]);
  const { compression } = sources.definition.qcow2;
  await notePackedClusters(bench.store, sources.tree, { artifact: artifact.digest, listFile, compression });
}

function imageOptions({ format }: ArtifactPlan, { definition }: ArtifactSources) {
  return { format, options: definition.qemuImgOptions };
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
  image: ArtifactTarget & {
    readonly plan: ArtifactPlan;
    readonly disk: MadeDisk;
    readonly listFile: string;
  },
): Promise<void> {
  const { sources, plan, disk, targetFile, listFile } = image;
  const { definition, tools, tree } = sources;
  const { format } = plan;
  const lacksVhdUtil = (tools[vhdUtil] ?? 'absent') === 'absent';
  if (format === 'vhd' && lacksVhdUtil) {
    const message = "vhd: the host has no vhd-util, so qemu-img writes it (vpc, with the disk's exact size)";
    bench.report({ type: 'note', message });
  }
  const { compression } = definition.qcow2;
  const options = imageOptions(plan, sources);
  const digests = tree.layers.map(({ digest }) => digest);
  await convertDisk({
    ...options,
    diskFile: disk.file,
    deferredFile: disk.deferredFile,
    targetFile,
    artifactName: `${definition.name}.${format}`,
    compression,
    clusters: isPackedHere(options)
      ? {
          known: await findPackedClusters(bench.store, tree, compression),
          listFile,
          origin: { treeFolder: sandboxPaths.targetRoot, layers: layerFolders('mnt', digests) },
        }
      : undefined,
    vhdWriter: lacksVhdUtil ? 'qemu-img' : 'vhd-util',
    seed: diskSeed(sources),
    source: 'keep',
    run: sandbox.run,
  });
}
