import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { gateFolders } from './hook-gate.ts';

/** Programs that hooks of scenarios may call inside the target root; bash has the rest built in. */
const programs = [
  'bash',
  'env',
  'cat',
  'cp',
  'mkdir',
  'mount',
  'rm',
  'ln',
  'ls',
  'touch',
  'chmod',
  'head',
  'stat',
];

const collect = `set -eu -o pipefail
mkdir -p "$1/tree" && cd "$1/tree"
mkdir -p usr/bin etc root tmp proc sys dev var/log
ln -s usr/bin bin
echo tiny >etc/hostname
mapfile -t programs < <(type -P ${programs.join(' ')})
mapfile -t libraries < <(ldd "\${programs[@]}" | grep -o '/[^ :]* (0x' | cut -d' ' -f1 | LC_ALL=C sort -u)
cp -L "\${programs[@]}" usr/bin/
cp -L --parents "\${libraries[@]}" .
tar --create --file=../tree.tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 .`;

let packed: Promise<Buffer> | undefined;

/**
 * The files of an element that provides an operating system within a moment: bash and some of coreutils, taken from the
 * host with their libraries, once for all rigs of a process. Enough for hooks inside the chroot.
 */
export async function tinyOsFiles(): Promise<Readonly<Record<string, string | Buffer>>> {
  packed ??= packTree();
  return {
    'element-provides': 'operating-system\n',
    'element.yaml': `caches: [{ path: ${gateFolders.chroot}, name: gates }]\n`,
    'root.d/tree.tar': await packed,
    'root.d/10-tree': 'tar --extract --file="$(dirname "$0")/tree.tar" --directory="$TARGET_ROOT"\n',
  };
}

async function packTree(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-tiny-os-'));
  try {
    const made = await runCommand({ file: 'bash', args: ['--norc', '-c', collect, 'tiny-os', folder] });
    if (!made.ok) throw new Error(made.stderr);
    return await readFile(join(folder, 'tree.tar'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
