import { sandboxRoot } from '../sandbox/open-sandbox.ts';
import type { Runner } from '../util/runner.ts';

/** A folder of a mounted tree over which an overlay of its own lies, as if another filesystem were mounted there. */
export interface FolderCover {
  /** Absolute, in the tree. */
  readonly mountPoint: string;
  /** What the mount table shows as its source. */
  readonly source: string;
}

/** Covers over folders of a tree. */
export interface FolderCovers {
  readonly mount: () => Promise<void>;
  /** Removes the covers and brings what changed on them into the tree's own overlay. May be mounted again. */
  readonly settle: () => Promise<void>;
}

/**
 * Lays an overlay over each of some folders of a mounted tree. Nothing is copied for it: what is below is the folder itself, which
 * stays reachable by a bind mount.
 *
 * @param tree a writable overlay that `mountOverlay` made, as the sandbox sees it. It holds the folders.
 * @param covers parents before what is in them.
 */
export function coverFolders(run: Runner, tree: string, covers: readonly FolderCover[]): FolderCovers {
  const folderOf = (index: number): string => `${sandboxRoot}/cover${index}`;
  return {
    mount: async () => {
      if (covers.length === 0) return;
      const words = covers.flatMap(({ mountPoint, source }, index) => [
        `${tree}${mountPoint}`,
        source,
        folderOf(index),
      ]);
      await run(['bash', '--norc', '-c', mountScript, 'kiln-cover', ...words]);
    },
    settle: async () => {
      if (covers.length === 0) return;
      const words = covers.flatMap(({ mountPoint }, index) => [`${tree}${mountPoint}`, folderOf(index)]);
      await run(['bash', '--norc', '-c', settleScript, 'kiln-settle', ...words]);
    },
  };
}

/** All binds come first: an overlay over an overlay is as deep as the kernel goes, so none may lie on another cover. */
const mountScript = `set -eu
targets=() sources=() folders=()
while [ $# -gt 0 ]; do
  targets+=("$1") sources+=("$2") folders+=("$3"); shift 3
done
for index in "\${!targets[@]}"; do
  folder=\${folders[index]} target=\${targets[index]}
  rm -rf "$folder.upper" "$folder.work"
  mkdir -p "$folder.below" "$folder.upper" "$folder.work"
  chown --reference="$target" "$folder.upper"
  chmod --reference="$target" "$folder.upper"
  touch --reference="$target" "$folder.upper"
  mount --bind "$target" "$folder.below"
done
for index in "\${!targets[@]}"; do
  folder=\${folders[index]} plain=redirect_dir=off,metacopy=off,index=off,xino=off
  options=lowerdir=$folder.below,upperdir=$folder.upper,workdir=$folder.work,$plain
  mount --no-canonicalize -t overlay "\${sources[index]}" -o "$options" "\${targets[index]}"
done`;

/** Whiteouts and opaque folders become removals; the rest is put in the place of what was there. */
const settleScript = `set -eu -o pipefail
targets=() folders=()
while [ $# -gt 0 ]; do
  targets+=("$1") folders+=("$2"); shift 2
done
for ((index = \${#targets[@]} - 1; index >= 0; index -= 1)); do
  umount --recursive "\${targets[index]}" 2>/dev/null || umount --recursive --lazy "\${targets[index]}"
  umount "\${folders[index]}.below"
done
facts() { stat -c '%a %u %g %Y' "$1"; }
for index in "\${!targets[@]}"; do
  target=\${targets[index]} upper=\${folders[index]}.upper
  if [ -z "$(ls -A "$upper")" ] && [ "$(facts "$upper")" = "$(facts "$target")" ]; then continue; fi
  cd "$upper"
  find . -mindepth 1 -type d -exec getfattr --no-dereference --name=trusted.overlay.opaque {} + 2>/dev/null |
    sed -n 's/^# file: //p' | while IFS= read -r path; do
      [ ! -d "$target/$path" ] || find "$target/$path" -mindepth 1 -delete
    done || :
  find . -type c -print0 | while IFS= read -r -d '' path; do
    [ "$(stat -c %t:%T "$path")" = 0:0 ] || continue
    rm -rf "$target/$path" "$path"
  done
  find . -mindepth 1 -print0 | while IFS= read -r -d '' path; do
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      if [ ! -d "$target/$path" ] || [ -L "$target/$path" ]; then rm -f "$target/$path"; fi
    elif [ -d "$target/$path" ] && [ ! -L "$target/$path" ]; then
      rm -rf "$target/$path"
    fi
  done
  find . -print0 | xargs -0 sh -c '
    for note in origin impure uuid opaque; do
      setfattr --no-dereference --remove="trusted.overlay.$note" "$@" 2>/dev/null
    done
    true' kiln-notes
  cp --archive --remove-destination --no-target-directory . "$target"
  cd /
done`;
