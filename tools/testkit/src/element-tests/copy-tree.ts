import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { BuildRequest } from '@kiln/engine/execute/build-request.ts';
import { withWorkbench } from '@kiln/engine/execute/prepare-build.ts';
import type { LayerRecord } from '@kiln/engine/layers/layer-record.ts';
import { mountOverlay } from '@kiln/engine/layers/mount-layers.ts';
import { openSandbox } from '@kiln/engine/sandbox/open-sandbox.ts';
import { openWorkFolder } from '@kiln/engine/store/work-folder.ts';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { ownFilesList } from './fixture-system.ts';

const copyScript = `set -eu -o pipefail
list=$1${ownFilesList}
[ -e "$list" ] || list=/dev/null
tar -C "$1" --exclude-from=<(sed 's|^|./|' "$list") --anchored --no-wildcards --exclude=./dev --exclude=./proc --exclude=./sys -cf - . |
  tar -C "$2" --same-permissions --same-owner -xf -`;

/** Copies the tree of a record out of the store, without the fixture's programs. */
export async function copyTree(
  request: Omit<BuildRequest, 'image'>,
  record: LayerRecord,
  target: string,
): Promise<void> {
  await withWorkbench(request, async (bench) => {
    const layerFiles: string[] = [];
    for (const { digest } of record.layers)
      layerFiles.push((await bench.store.locate(digest)) ?? fail({ code: 'blob-damaged', digest }));
    const folder = await openWorkFolder(bench.store.paths.work, bench.asRoot);
    try {
      const sandbox = await openSandbox(folder.path, bench.privilege);
      try {
        const tree = await mountOverlay(sandbox.run, { name: 'mnt', layerFiles, writable: 'no' });
        await sandbox.run(['bash', '--norc', '-c', copyScript, 'kiln-copy', tree, target]);
      } finally {
        await sandbox.close();
      }
    } finally {
      await folder.close();
    }
  });
}

/** Unpacks what host hooks of all steps handed out to the output directory. */
export async function copyOutputs(
  request: Omit<BuildRequest, 'image'>,
  records: readonly LayerRecord[],
  target: string,
): Promise<void> {
  if (records.every(({ outputs }) => outputs === null)) return;
  await withWorkbench(request, async ({ store }) => {
    for (const { outputs } of records) {
      if (outputs === null) continue;
      const { digest } = outputs;
      const file = (await store.locate(digest)) ?? fail({ code: 'blob-damaged', digest });
      const args = [`--extract=${target}`, '--no-preserve', '--overwrite', file];
      const unpacked = await runCommand({ file: 'fsck.erofs', args });
      if (!unpacked.ok) throw new Error(unpacked.stderr);
    }
  });
}
