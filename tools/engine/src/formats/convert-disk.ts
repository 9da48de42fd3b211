import { ownProgram } from '../util/own-program.ts';
import type { Runner } from '../util/runner.ts';
import { runWriting } from '../diagnostics/run-writing.ts';
import { readPiece, writePieces } from '../block-device/writing/disk-pieces.ts';
import type { CopyRequest } from './copy-deferred-main.ts';
import type { TreeOrigin } from './find-layers.ts';
import type { KnownClusters } from './known-clusters.ts';
import type { FixIdentifiers, IdentifierStretch } from './fixed-identifiers.ts';
import { fixVdi, fixVmdk, fixVpc, vdiIdentifiers, vmdkDescriptor, vpcFooters } from './fixed-identifiers.ts';
import type { Qcow2Compression } from './qcow2-image.ts';
import { vhdUtil } from './required-tools.ts';
import type { DataRange, Qcow2Request } from './write-qcow2.ts';

const programs = {
  writeQcow2: new URL('./write-qcow2-main.ts', import.meta.url),
  copyDeferred: new URL('./copy-deferred-main.ts', import.meta.url),
} as const;

/** How a qcow2 image shares work with others. */
export interface ClusterReuse {
  /** Images whose clusters may be taken over. */
  readonly known: readonly KnownClusters[];
  /** Where to list those of this one. */
  readonly listFile: string;
  readonly origin: TreeOrigin;
}

/** One artifact to be made of the raw disk. Paths are as the runner sees them. */
export interface DiskConversion {
  /** One of `diskFormats`, or any other that qemu-img can write. */
  readonly format: string;
  readonly diskFile: string;
  /** List of the disk's data that is not in its file (`writeDisk`); undefined: there is none. A format that cannot do with it has it copied in. */
  readonly deferredFile?: string | undefined;
  /** qcow2 only; undefined: every cluster is packed anew. */
  readonly clusters?: ClusterReuse | undefined;
  /** Written beside itself first (`.part`), then renamed; what was there is replaced. */
  readonly targetFile: string;
  /** The name that a vmdk gives itself; undefined: that of the target file. */
  readonly artifactName?: string | undefined;
  /** qcow2 only. */
  readonly compression: Qcow2Compression;
  /** Options for `qemu-img convert -o`, as by `--qemu-img-options`; they win over the engine's own, and have qemu-img write a qcow2. */
  readonly options?: string | undefined;
  /** vhd only; by default 'qemu-img', whose files differ in nothing that is known to matter. */
  readonly vhdWriter?: 'vhd-util' | 'qemu-img' | undefined;
  /** All identifiers inside the artifact come from this text. */
  readonly seed: string;
  /** raw only: 'move' takes the disk away, which costs nothing. */
  readonly source: 'keep' | 'move';
  readonly run: Runner;
}

/**
 * Makes an artifact from the raw disk; the same disk and seed give the same bytes, whatever the number of cores.
 *
 * qcow2 is written by the engine (`writeQcow2`): qemu-img takes all cores only with `-W`, and then the order of clusters, and so the
 * file, differs from run to run. For a disk with 1.3 GB of data: qemu-img 7.9 s in order, 4.9 s with `-W`, both 8 s of processor time;
 * the engine 6.3 s of processor time, spread over all cores. qemu-img checks the result. Random identifiers and times of vmdk, vdi
 * and vpc are replaced afterwards.
 *
 * Throws a BuildFailure: 'disk-full', 'command-failed'.
 */
export async function convertDisk(conversion: DiskConversion): Promise<void> {
  const { format, targetFile, run } = conversion;
  const part = `${targetFile}.part`;
  await run(['rm', '-f', part]);
  try {
    const isOwn = isPackedHere(conversion);
    if (!isOwn) await settleDeferred(conversion);
    if (format === 'raw') await copyRaw(conversion, part);
    else if (isOwn) await writeInParallel(conversion, part);
    else if (format === 'vhd' && conversion.vhdWriter === 'vhd-util')
      await convertByVhdUtil(conversion, part);
    else await convert(conversion, part);
    await run(['mv', '-f', part, targetFile]);
  } catch (error) {
    await run(['rm', '-f', part], { allowFailure: true });
    throw error;
  }
}

/** Whether the engine writes the format itself, and not qemu-img. */
export function isPackedHere({ format, options }: Pick<DiskConversion, 'format' | 'options'>): boolean {
  return format === 'qcow2' && (options ?? '') === '';
}

/** Copies deferred data into the disk's file, once. */
async function settleDeferred({ diskFile, deferredFile, run }: DiskConversion): Promise<void> {
  if (deferredFile === undefined) return;
  const request: CopyRequest = { diskFile, deferredFile };
  await runWriting(run, ownProgram(programs.copyDeferred), {
    input: JSON.stringify(request),
    target: diskFile,
    doing: 'writing the disk',
  });
}

async function copyRaw({ diskFile, targetFile, source, run }: DiskConversion, part: string): Promise<void> {
  const command =
    source === 'move'
      ? (['mv', diskFile, part] as const)
      : (['cp', '--sparse=always', '--reflink=auto', diskFile, part] as const);
  await runWriting(run, command, { target: targetFile, doing: 'writing the raw image' });
}

/** Starts `write-qcow2-main.ts` through the runner, then has qemu-img check what came out. */
async function writeInParallel(
  { diskFile, deferredFile, targetFile, compression, clusters, run }: DiskConversion,
  part: string,
): Promise<void> {
  const map = await run(['qemu-img', 'map', '--output=json', '-f', 'raw', diskFile]);
  const stretches = JSON.parse(map.stdout) as readonly { start: number; length: number; data: boolean }[];
  const data: readonly DataRange[] = stretches
    .filter((stretch) => stretch.data)
    .map(({ start, length }) => ({ offsetBytes: start, lengthBytes: length }));
  const request: Qcow2Request = {
    diskFile,
    sizeBytes: await sizeOf(run, diskFile),
    targetFile: part,
    compression,
    data,
    deferredFile: deferredFile ?? null,
    known: clusters?.known ?? [],
    origin: clusters?.origin ?? null,
    clustersFile: clusters?.listFile ?? null,
  };
  await runWriting(run, ownProgram(programs.writeQcow2), {
    input: JSON.stringify(request),
    target: targetFile,
    doing: 'writing the qcow2 image',
  });
  await run(['qemu-img', 'check', '-q', '-f', 'qcow2', part]);
}

async function convert(conversion: DiskConversion, part: string): Promise<void> {
  const { format, diskFile, targetFile, run } = conversion;
  const compressed = format === 'qcow2' && conversion.compression !== 'none';
  const options = qemuOptions(conversion);
  const kind = ['-f', 'raw', '-O', format === 'vhd' ? 'vpc' : format, ...(compressed ? ['-c'] : [])];
  const extra = options === '' ? [] : ['-o', options];
  const command = ['qemu-img', 'convert', '-q', ...kind, ...extra, diskFile, part] as const;
  await runWriting(run, command, { target: targetFile, doing: `writing the ${format} image` });
  await fixIdentifiers(conversion, part);
}

/** As Xen's users do it: first a copy becomes a fixed disk, then that a growing one. The tool writes beside what it reads. */
async function convertByVhdUtil(conversion: DiskConversion, part: string): Promise<void> {
  const { diskFile, targetFile, run } = conversion;
  const fixed = `${targetFile}.fixed`;
  const about = { target: targetFile, doing: 'writing the vhd image' };
  try {
    await runWriting(run, ['cp', '--sparse=always', '--reflink=auto', diskFile, fixed], about);
    await runWriting(run, [vhdUtil, 'convert', '-s', '0', '-t', '1', '-i', fixed, '-o', fixed], about);
    await runWriting(run, [vhdUtil, 'convert', '-s', '1', '-t', '2', '-i', fixed, '-o', part], about);
    await fixIdentifiers(conversion, part);
  } finally {
    await run(['rm', '-f', fixed, `${fixed}.bak`], { allowFailure: true });
  }
}

/** Our own options first: qemu-img lets a later value of the same option win. */
function qemuOptions({ format, compression, options }: DiskConversion): string {
  const own: string[] = [];
  // The old header knows neither compression types nor features.
  const isOldQcow2 = /(?:^|,)compat=(?:0\.10|v2)(?:,|$)/.test(options ?? '');
  if (format === 'qcow2' && !isOldQcow2) {
    own.push('compat=1.1', `compression_type=${compression === 'zstd' ? 'zstd' : 'zlib'}`);
  }
  // Without it the size is rounded up to whole cylinders, and no longer the disk's.
  if (format === 'vhd') own.push('subformat=dynamic', 'force_size=on');
  return [...own, ...(options === undefined || options === '' ? [] : [options])].join(',');
}

async function fixIdentifiers(
  { format, targetFile, artifactName, seed, run }: DiskConversion,
  part: string,
): Promise<void> {
  const fixes = fixesOf(format);
  if (fixes === undefined) return;
  const name = artifactName ?? targetFile.replace(/^.*\//, '');
  for (const stretch of fixes.stretches) {
    const offsetBytes =
      stretch.offsetBytes < 0 ? (await sizeOf(run, part)) + stretch.offsetBytes : stretch.offsetBytes;
    const bytes = await readPiece(run, part, { offsetBytes, lengthBytes: stretch.lengthBytes });
    await writePieces(run, part, [{ offsetBytes, bytes: fixes.fix(bytes, seed, name) }]);
  }
}

function fixesOf(
  format: string,
): { readonly stretches: readonly IdentifierStretch[]; readonly fix: FixIdentifiers } | undefined {
  if (format === 'vdi') return { stretches: [vdiIdentifiers], fix: fixVdi };
  if (format === 'vmdk') return { stretches: [vmdkDescriptor], fix: fixVmdk };
  if (format === 'vpc' || format === 'vhd') return { stretches: vpcFooters, fix: fixVpc };
  return undefined;
}

async function sizeOf(run: Runner, file: string): Promise<number> {
  const result = await run(['stat', '--format=%s', file]);
  return Number(result.stdout.trim());
}
