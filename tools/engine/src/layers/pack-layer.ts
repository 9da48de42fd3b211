import { sandboxRoot } from '../sandbox/open-sandbox.ts';
import type { Runner } from '../util/runner.ts';

/**
 * Packs a folder into one EROFS file that can be mounted as it is.
 *
 * EROFS with lz4 keeps owners, modes, hard links, device nodes, whiteouts, xattrs, ACLs and capabilities; times later
 * than the epoch are set to it (SOURCE_DATE_EPOCH; `-T` of erofs-utils 1.5 would flatten them all). The identifier
 * is fixed, so equal trees give equal files. Notes that overlayfs keeps for itself are removed first: they name inodes
 * of the layers below.
 *
 * @param folder as the sandbox sees it, no longer written to.
 * @param file as the sandbox sees it; readable by its owner afterwards.
 */
export async function packLayer(run: Runner, folder: string, target: PackTarget): Promise<void> {
  await run(
    [
      'bash',
      '--norc',
      '-c',
      packScript,
      'kiln-pack',
      folder,
      target.file,
      String(target.epochSeconds),
      ...[...ownCaches, ...(target.leaveOut ?? [])].map((path) => `--exclude-path=${path}`),
    ],
    {},
  );
}

/** What a program keeps for itself and makes anew where it lacks: ldconfig's notes of inodes and times, never twice the same. */
const ownCaches = ['var/cache/ldconfig/aux-cache'];

export interface PackTarget {
  readonly file: string;
  /** Latest time that a file in the layer may carry, in seconds since 1970. */
  readonly epochSeconds: number;
  /** Paths below the folder that are not packed. */
  readonly leaveOut?: readonly string[];
}

/** The upper folder of an overlay that `mountOverlay` made. */
export function upperOf(name: string): string {
  return `${sandboxRoot}/${name}.changes/upper`;
}

/** Three calls for each of tens of thousands of files: setfattr(1) takes four times as long, and stands in where the numbers are others. */
const removeNotes = `
remove_notes() {
  find . -print0 | perl -0 -e '
    my %call = (x86_64 => 198, aarch64 => 15);
    my $call = $call{$ARGV[0]} or exit 1;
    my @notes = map { "trusted.overlay.$_" } qw(origin impure uuid);
    while (defined(my $path = <STDIN>)) {
      chomp $path;
      syscall($call, $path, $_) for @notes;
    }' "$(uname -m)" && return
  find . -print0 | xargs -0 sh -c '
    for note in origin impure uuid; do setfattr --no-dereference --remove="trusted.overlay.$note" "$@" 2>/dev/null; done
    true' kiln-notes
}`;

const packScript = `set -eu -o pipefail
${removeNotes}
cd "$1"
remove_notes
owner=$(stat -c %u:%g "$(dirname "$2")")
SOURCE_DATE_EPOCH=$3 mkfs.erofs --quiet -zlz4 -U 00000000-0000-0000-0000-000000000000 "\${@:4}" "$2" . >/dev/null
chown "$owner" "$2"`;
