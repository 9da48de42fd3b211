import { gateFolders } from './hook-gate.ts';

/** Programs that hooks of scenarios may call inside the target root; bash has the rest built in. */
const programs = ['bash', 'env', 'cat', 'cp', 'mkdir', 'rm', 'ln', 'ls', 'touch', 'chmod', 'head', 'stat'];

/**
 * The files of an element that provides an operating system within a moment: bash and some of coreutils, copied from
 * the host with their libraries. Enough for hooks inside the chroot, and the same bytes each time.
 */
export const tinyOsFiles: Readonly<Record<string, string>> = {
  'element-provides': 'operating-system\n',
  'element.yaml': `description: a tree for tests\ncaches:\n  - { path: ${gateFolders.chroot}, name: gates }\n`,
  'root.d/10-tree': `#!/bin/bash
set -eu -o pipefail
cd "$TARGET_ROOT"
mkdir -p usr/bin etc root tmp proc sys dev var/log
ln -s usr/bin bin
mapfile -t programs < <(type -P ${programs.join(' ')})
mapfile -t libraries < <(ldd "\${programs[@]}" | grep -o '/[^ :]* (0x' | cut -d' ' -f1 | LC_ALL=C sort -u)
cp -L "\${programs[@]}" usr/bin/
cp -L --parents "\${libraries[@]}" .
echo tiny >etc/hostname
`,
};
