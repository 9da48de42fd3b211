import { runWriting } from '../../diagnostics/run-writing.ts';
import type { FilesystemWriting } from './filesystem-writing.ts';
import { commandEnvironment } from './filesystem-writing.ts';
import { onTreeView } from './tree-view.ts';

/**
 * A loop device that is detached while it is open goes away at its last close (loop(4), autoclear): a killed build leaves none.
 */
const script = `
type=$1 disk=$2 offset=$3 bytes=$4
shift 4
loop=$(losetup --find --show --offset "$offset" --sizelimit "$bytes" "$disk")
exec 9<> "$loop"
losetup --detach "$loop"
"mkfs.$type" "$@" "$loop" > "$scratch/said"
mkdir "$scratch/filled"
mount -t "$type" "$loop" "$scratch/filled"
if ! cp -a "$scratch/view/." "$scratch/filled/"; then
  echo 'the filesystem could not be filled' >&2
  exit 1
fi
umount "$scratch/filled"
`;

/**
 * Makes an xfs or btrfs filesystem at its offset and fills it through a mount: their mkfs tools cannot fill one with all that a
 * tree has (xfs: no xattrs; btrfs: no hard links). Needs a kernel with the filesystem and loop devices.
 *
 * Not the same bytes twice: the kernel stamps change times, creation times and random inode generations.
 */
export async function writeMounted(writing: FilesystemWriting): Promise<void> {
  const { filesystem, diskFile, run } = writing;
  const identity =
    filesystem.type === 'xfs'
      ? ['-q', '-f', '-L', filesystem.label, '-m', `uuid=${filesystem.uuid}`]
      : ['-q', '-f', '-L', filesystem.label, '-U', filesystem.uuid];
  const place = [filesystem.type, diskFile, String(filesystem.offsetBytes), String(filesystem.sizeBytes)];
  await runWriting(run, onTreeView(writing.view, script, [...place, ...identity, ...filesystem.options]), {
    target: diskFile,
    doing: `writing the ${filesystem.type} filesystem '${filesystem.name}'`,
    env: commandEnvironment,
    explain: ({ stderr }) =>
      /could not be filled/.test(stderr) && /no space left/i.test(stderr)
        ? {
            code: 'image-size-too-small',
            sizeBytes: filesystem.sizeBytes,
            neededBytes: Math.ceil(filesystem.sizeBytes * 1.2),
          }
        : undefined,
  });
}
