/**
 * Runs a shell script that sees one filesystem's share of the tree, and nothing else of it.
 *
 * The script runs in a mount namespace of its own, with `$scratch` on a private tmpfs and the share at `$scratch/view`: a
 * bind of `source` without what is mounted below it, in which each directory in `hidden` is covered by an empty one of
 * the same owner, mode and time. So what belongs to a filesystem mounted there is not copied twice, but the mount point is.
 * `$scratch/covers` has a line for each cover: its time in seconds, and its path. When the script ends, however it ends, the kernel removes all of it.
 */
export interface TreeView {
  /** An empty directory, visible to the runner. */
  readonly scratch: string;
  /** Undefined: the view is empty. */
  readonly source: string | undefined;
  /** Relative to the source. */
  readonly hidden: readonly string[];
}

const prelude = `
scratch=$1 source=$2 count=$3
shift 3
mount -t tmpfs -o mode=0700 kiln "$scratch"
mkdir -m 0755 "$scratch/view"
[ -z "$source" ] || mount --bind "$source" "$scratch/view"
: > "$scratch/covers"
number=0
while [ $number -lt "$count" ]; do
  cover=$scratch/cover.$number
  mkdir "$cover"
  chown --reference="$scratch/view/$1" "$cover"
  chmod --reference="$scratch/view/$1" "$cover"
  touch --reference="$scratch/view/$1" "$cover"
  printf '%s %s\\n' "$(stat -c %Y "$cover")" "$1" >> "$scratch/covers"
  mount --bind "$cover" "$scratch/view/$1"
  shift
  number=$((number + 1))
done
`;

/** The command that runs `script` (POSIX sh, `-eu`) on the view; its own arguments are `$1` and so on. */
export function onTreeView(
  view: TreeView,
  script: string,
  args: readonly string[],
): readonly [string, ...string[]] {
  return [
    'unshare',
    '--mount',
    '--propagation=private',
    'sh',
    '-euc',
    prelude + script,
    'kiln-disk',
    view.scratch,
    view.source ?? '',
    String(view.hidden.length),
    ...view.hidden,
    ...args,
  ];
}
