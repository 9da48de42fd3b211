import type { Runner, RunOptions } from '../util/runner.ts';
import { sandboxRoot } from '../sandbox/open-sandbox.ts';

/** A mounted overlay below `/run/kiln`; paths as the sandbox sees them. */
export interface OverlayRequest {
  /** Name of the mount point below `/run/kiln`: `mnt` for the target root, `hooks` for the hooks directory. */
  readonly name: string;
  /** Files of layers in the store, bottom first. */
  readonly layerFiles: readonly string[];
  /** A plain folder beneath all layers, if any. */
  readonly base?: string;
  /** Without an upper folder the mount is read-only. */
  readonly writable: 'yes' | 'no';
  /**
   * What the kernel reads layers from; by default loop devices. 'files' is quicker (Linux 6.12 reads EROFS from a file as it is), but
   * there the kernel may count a layer as one of the two file systems that can be stacked, and hooks may want to mount overlays of their own.
   */
  readonly readsFrom?: 'loop devices' | 'files';
  /** What the mount table shows as the source of an overlay; by default 'overlay'. */
  readonly source?: string;
}

/** Puts the upper folder of an overlay that is not mounted yet into memory: a tmpfs that may grow to `sizeBytes`. */
export async function keepUpperInMemory(run: Runner, name: string, sizeBytes: number): Promise<void> {
  await mountMemory(run, `${sandboxRoot}/${name}.changes`, sizeBytes);
}

/** Mounts a tmpfs that may grow to `sizeBytes`, in a folder that is made for it. */
export async function mountMemory(run: Runner, folder: string, sizeBytes: number): Promise<void> {
  await run(['mkdir', '-p', folder]);
  const options = `size=${sizeBytes},nr_inodes=0,mode=0755`;
  await run(['mount', '-t', 'tmpfs', '-o', options, 'kiln', folder]);
}

/**
 * Mounts EROFS layers and an overlay over them, inside a sandbox.
 *
 * The overlay features that leave traces in the upper folder are off, so that equal changes give equal layers.
 * `volatile` (Linux 5.10) spares the upper folder every fsync, of dpkg's for each file and of the unmounting: after a crash the work
 * folder is worth nothing anyway, and a layer counts only once it is packed. Where there is nothing below, the upper folder itself is the tree: an overlay over an empty folder would only note
 * that folder's inode in the layer.
 */
export async function mountOverlay(run: Runner, request: OverlayRequest): Promise<string> {
  const target = `${sandboxRoot}/${request.name}`;
  const mount = (readsFrom: string, options: RunOptions) =>
    run(
      [
        'bash',
        '--norc',
        '-c',
        mountScript,
        'kiln-overlay',
        target,
        request.writable,
        request.base ?? '',
        request.source ?? 'overlay',
        readsFrom,
        ...withoutCovered(request.layerFiles),
      ],
      options,
    );
  if (request.readsFrom === 'files') {
    const mounted = await mount('files', { allowFailure: true });
    if (mounted.ok) return target;
    await run(unmountCommand('"$1".layer*', target), { allowFailure: true });
  }
  await mount('loop devices', {});
  return target;
}

function unmountCommand(places: string, target: string): readonly [string, ...string[]] {
  return ['sh', '-c', `umount ${places}`, 'kiln-unmount', target];
}

/**
 * A layer that stands twice in a stack (two steps that changed nothing are one file) may be mounted once only: overlayfs refuses a folder
 * that is below itself. The upper one hides whatever the lower one shows.
 */
function withoutCovered(layers: readonly string[]): readonly string[] {
  return layers.filter((layer, index) => !layers.includes(layer, index + 1));
}

/** Where the layers of an overlay are mounted each for itself, as the sandbox sees it, bottom first. */
export function layerFolders(
  name: string,
  digests: readonly string[],
): readonly { readonly digest: string; readonly folder: string }[] {
  return withoutCovered(digests).map((digest, index) => ({
    digest,
    folder: `${sandboxRoot}/${name}.layer${index}`,
  }));
}

/** mount(8) would take a loop device for any file, so the system call is made by Perl, which every Debian has. */
const mountFile = `
mount_file() {
  perl -e '
    my %call = (x86_64 => 165, aarch64 => 40);
    my ($machine, $file, $folder) = @ARGV;
    my ($type, $data) = ("erofs", "");
    exit 1 unless exists $call{$machine};
    exit(syscall($call{$machine}, $file, $folder, $type, 1, $data) == 0 ? 0 : 1)' "$(uname -m)" "$1" "$2" 2>/dev/null
}`;

const mountScript = `set -eu
${mountFile}
target=$1 writable=$2 lower=$3 source=$4 from=$5; shift 5
changes=$target.changes
mkdir -p "$target" "$changes"
mkdir -p "$changes/upper" "$changes/work"
number=0
for file in "$@"; do
  mkdir -p "$target.layer$number"
  if [ "$from" = files ]; then
    mount_file "$file" "$target.layer$number"
  else
    mount -t erofs -o loop,ro "$file" "$target.layer$number"
  fi
  lower="$target.layer$number\${lower:+:$lower}"
  number=$((number + 1))
done
plain=redirect_dir=off,metacopy=off,index=off,xino=off
if [ "$writable" = yes ]; then
  if [ -z "$lower" ]; then
    mount --bind "$changes/upper" "$target"
  else
    options=lowerdir=$lower,upperdir=$changes/upper,workdir=$changes/work,$plain
    mount --no-canonicalize -t overlay "$source" -o "$options,volatile" "$target" 2>/dev/null ||
      mount --no-canonicalize -t overlay "$source" -o "$options" "$target"
  fi
elif [ -z "$lower" ]; then
  exit 0
elif [ "$number" = 1 ] && [ "$lower" = "\${target}.layer0" ]; then
  mount --bind "$target.layer0" "$target"
elif [ "$number" = 0 ]; then
  mount --bind "$lower" "$target"
else
  mount -t overlay overlay -o "lowerdir=$lower,$plain" "$target"
fi`;
