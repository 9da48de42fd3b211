import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';

/** What a package of a fixture has of this host. All libraries that its programs need come with it. */
export interface HostFiles {
  /** Names of programs, or absolute paths; they keep their place, with `/bin` for `/usr/bin` and so on. */
  readonly programs?: readonly string[];
  /** Files and folders by absolute path. */
  readonly paths?: readonly string[];
  /** Lines of bash that run at the top of the tree afterwards. */
  readonly script?: string;
}

/** Packs programs and files of this host into an uncompressed tar (ustar) with `./` before all names, and with merged `/usr`. */
export async function packHostFiles({ programs = [], paths = [], script = '' }: HostFiles): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-host-files-'));
  try {
    const words = [folder, script, programs.join(' '), ...paths];
    const made = await runCommand({ file: 'bash', args: ['--norc', '-c', collect, 'host-files', ...words] });
    if (!made.ok) throw new Error(made.stderr);
    return await readFile(join(folder, 'tree.tar'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const collect = `set -eu -o pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
mkdir "$1/tree" && cd "$1/tree"
script=$2
read -r -a names <<<"$3"
shift 3
merged() {
  case $1 in /bin/* | /sbin/* | /lib/* | /lib64/*) echo "usr$1" ;; *) echo "\${1#/}" ;; esac
}
programs=()
for name in "\${names[@]}"; do
  program=$(type -P "$name") || { echo "this host has no program $name" >&2; exit 1; }
  programs+=("$program")
  install -D -m 0755 "$program" "$(merged "$program")"
done
for path in "$@"; do
  mkdir -p "$(dirname "$(merged "$path")")"
  cp -a --no-preserve=ownership "$path" "$(merged "$path")"
done
find . -name __pycache__ -prune -exec rm -rf {} +
mapfile -t needing < <(find . -type f \\( -name '*.so' -o -name '*.so.*' -o -perm /111 \\) -exec sh -c 'head -c 4 "$1" | grep -q ELF && echo "$1"' sh {} \\;)
if [ \${#needing[@]} -gt 0 ]; then
  while read -r library; do
    [ -e "$(merged "$library")" ] || install -D -m 0755 "$library" "$(merged "$library")"
  done < <(ldd "\${needing[@]}" 2>/dev/null | grep -o '/[^ :]* (0x' | cut -d' ' -f1 | sort -u)
fi
eval "$script"
tar --create --format=ustar --file=../tree.tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 .`;
