import { onTreeView } from '../block-device/writing/tree-view.ts';
import { runWriting } from '../diagnostics/run-writing.ts';
import { hostPath } from '../util/run-command.ts';
import type { Runner } from '../util/runner.ts';
import { containerDocuments, type ContainerLayer } from './container-documents.ts';
import type { ContainerReference } from './container-reference.ts';
import type { ContainerFormat } from './image-format.ts';
import { gzipCommand, gzipProgram } from './gzip-command.ts';
import { tarToOutput } from './tar-to-output.ts';

/** One container image to be made of the finished tree. Paths are as the runner sees them. */
export interface ContainerArchive {
  readonly format: ContainerFormat;
  readonly treeDirectory: string;
  /** Written beside itself first (`.part`), then renamed; what was there is replaced. */
  readonly targetFile: string;
  readonly epochSeconds: number;
  /** Debian's name of it. */
  readonly architecture: string;
  readonly reference: ContainerReference;
  /** Must run commands as root. */
  readonly run: Runner;
}

// The archive is hashed on its way to compression, so that it is neither kept nor read twice.
const layerScript = `target=$1 epoch=$2
mkfifo "$scratch/copy"
sha256sum < "$scratch/copy" > "$scratch/diff-id" &
{ ${tarToOutput()} || echo $? > "$scratch/tar-failed"; } | tee "$scratch/copy" | ${gzipCommand('$3', '$4')} > "$target"
wait
[ ! -e "$scratch/tar-failed" ]
cut -d ' ' -f 1 "$scratch/diff-id"
sha256sum < "$target" | cut -d ' ' -f 1
stat --format=%s "$target"
`;

/**
 * Packs the tree as a container image of one layer into one archive: an OCI image layout, or the same with what `docker load`
 * reads. The same tree gives the same bytes.
 *
 * Throws a BuildFailure: 'disk-full', 'command-failed'.
 */
export async function archiveContainer(archive: ContainerArchive): Promise<void> {
  const { format, targetFile, epochSeconds, architecture, reference, run } = archive;
  const part = `${targetFile}.part`;
  const layout = `${targetFile}.layout`;
  await run(['rm', '-rf', part, layout]);
  await run(['mkdir', '-p', `${layout}/blobs/sha256`]);
  try {
    const layer = await writeLayer(archive, `${layout}/layer`);
    await run(['mv', `${layout}/layer`, `${layout}/blobs/sha256/${layer.digest}`]);
    for (const { path, text } of containerDocuments(format, { layer, architecture, epochSeconds, reference }))
      await run(['tee', `${layout}/${path}`], { input: text });
    await runWriting(run, packCommand(layout, part, archive), {
      target: targetFile,
      doing: `writing the ${format} archive`,
    });
    await run(['mv', '-f', part, targetFile]);
  } finally {
    await run(['rm', '-rf', part, layout], { allowFailure: true });
  }
}

async function writeLayer(archive: ContainerArchive, file: string): Promise<ContainerLayer> {
  const { format, treeDirectory, targetFile, epochSeconds, run } = archive;
  const scratch = `${targetFile}.scratch`;
  await run(['mkdir', '-p', scratch]);
  try {
    const view = { scratch, source: treeDirectory, hidden: [] };
    const written = await runWriting(
      run,
      onTreeView(view, layerScript, [file, String(epochSeconds), ...gzipProgram]),
      {
        target: targetFile,
        doing: `writing the layer of the ${format} archive`,
        env: { PATH: hostPath, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      },
    );
    const [diffId = '', digest = '', size] = written.stdout.trim().split('\n');
    return { diffId, digest, sizeBytes: Number(size) };
  } finally {
    await run(['rmdir', scratch], { allowFailure: true });
  }
}

/** Readers look for the documents by their bare names, so these have no `./` before them. */
function packCommand(
  layout: string,
  target: string,
  { format, epochSeconds }: ContainerArchive,
): readonly [string, ...string[]] {
  const members = ['blobs', 'index.json', ...(format === 'docker' ? ['manifest.json'] : []), 'oci-layout'];
  return [
    'tar',
    '--create',
    `--file=${target}`,
    `--directory=${layout}`,
    '--sort=name',
    '--format=posix',
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=u=rwX,go=rX',
    `--mtime=@${epochSeconds}`,
    ...members,
  ];
}
