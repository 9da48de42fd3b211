import { runWriting } from '../diagnostics/run-writing.ts';
import { hostPath } from '../util/run-command.ts';
import type { Runner } from '../util/runner.ts';
import { onTreeView } from '../block-device/writing/tree-view.ts';
import type { ArchiveFormat } from './image-format.ts';
import { gzipCommand, gzipProgram } from './gzip-command.ts';
import { tarToOutput } from './tar-to-output.ts';

/** One archive to be made of the finished tree. Paths are as the runner sees them. */
export interface TreeArchive {
  readonly format: ArchiveFormat;
  readonly treeDirectory: string;
  /** Written beside itself first (`.part`), then renamed; what was there is replaced. */
  readonly targetFile: string;
  /** Newer times become this one. */
  readonly epochSeconds: number;
  /** squashfs only; zstd packs several times faster than xz, at a tenth more bytes. */
  readonly squashfsCompression?: 'zstd' | 'xz' | undefined;
  /** aci only: text of the image manifest (App Container Specification, Image Manifest Schema); undefined: the archive has none. */
  readonly aciManifest?: string | undefined;
  /** Must run commands as root. */
  readonly run: Runner;
}

const scripts: Readonly<Record<ArchiveFormat, string>> = {
  tar: `target=$1 epoch=$2\n${tarToOutput()} > "$target"\n`,
  // sh has no pipefail; the status of tar goes through a file.
  tgz: `target=$1 epoch=$2
{ ${tarToOutput()} || echo $? > "$scratch/tar-failed"; } | ${gzipCommand('$5', '$6')} > "$target"
[ ! -e "$scratch/tar-failed" ]
`,
  squashfs: `target=$1 compression=$3
mksquashfs "$scratch/view" "$target" -comp "$compression" -noappend -no-recovery -no-progress -quiet
`,
  // Names get their prefix, targets of symbolic links do not.
  aci: `target=$1 epoch=$2
mkdir "$scratch/aci"
printf %s "$4" > "$scratch/aci/manifest"
chmod 0644 "$scratch/aci/manifest"
[ -s "$scratch/aci/manifest" ] && set -- --directory="$scratch/aci" manifest || set --
${tarToOutput({ options: "--transform='s,^\\.,rootfs,S'", more: '"$@"' })} > "$target"
`,
};

/**
 * Packs the tree into one file: sorted names, numeric owners, clamped times, so the same tree gives the same bytes.
 *
 * Kept: owners, modes, hard links, device nodes of the image itself, capabilities, xattrs, and in tar, tgz and aci ACLs (squashfs
 * has no room for ACLs). What is mounted on the tree (proc, sys, the host's dev) is not packed; its directories are.
 *
 * Throws a BuildFailure: 'disk-full', 'command-failed'.
 */
export async function archiveTree(archive: TreeArchive): Promise<void> {
  const { format, treeDirectory, targetFile, epochSeconds, run } = archive;
  const part = `${targetFile}.part`;
  const scratch = `${targetFile}.scratch`;
  const compression = archive.squashfsCompression ?? 'zstd';
  const manifest = archive.aciManifest ?? '';
  const view = { scratch, source: treeDirectory, hidden: [] };
  await run(['rm', '-f', part]);
  await run(['mkdir', '-p', scratch]);
  try {
    const args = [part, String(epochSeconds), compression, manifest, ...gzipProgram];
    await runWriting(run, onTreeView(view, scripts[format], args), {
      target: targetFile,
      doing: `writing the ${format} archive`,
      // mksquashfs takes its times from SOURCE_DATE_EPOCH, and clamps to it.
      env: { PATH: hostPath, LC_ALL: 'C.UTF-8', TZ: 'UTC', SOURCE_DATE_EPOCH: String(epochSeconds) },
    });
    await run(['mv', '-f', part, targetFile]);
  } finally {
    await run(['rm', '-f', part], { allowFailure: true });
    await run(['rmdir', scratch], { allowFailure: true });
  }
}
