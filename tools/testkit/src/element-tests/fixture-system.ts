import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { callsFile, hostPrograms, standIns } from './fixture-commands.ts';

/** Lists programs and libraries of the fixture, which need not be copied out for a test. */
export const ownFilesList = '/var/lib/fixture/own-files';

const collect = `set -eu -o pipefail
mkdir "$1/tree" && cd "$1/tree"
mkdir -p usr/{bin,sbin,lib,lib64,local/bin,share} usr/lib/systemd/system etc/{systemd/system,apt,default,profile.d,modules-load.d,sysctl.d} \\
  root home boot tmp run proc sys dev var/{log,cache,tmp} var/lib/{dpkg,fixture,apt/lists}
chmod 1777 tmp var/tmp
chmod 0700 root
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$folder"; done
printf '%s\\n' root:x:0:0:root:/root:/bin/bash nobody:x:65534:65534:nobody:/:/bin/false >etc/passwd
printf '%s\\n' root:x:0: shadow:x:42: nogroup:x:65534: >etc/group
printf '%s\\n' 'root:*:19000:0:99999:7:::' >etc/shadow
chmod 0640 etc/shadow
printf '%s\\n' 'NAME="Fixture GNU/Linux"' ID=fixture >etc/os-release
printf '#!/bin/sh\\n' >usr/sbin/start-stop-daemon
chmod 0755 usr/sbin/start-stop-daemon
echo fixture >etc/hostname
printf '127.0.0.1 localhost\\n' >etc/hosts
: >var/lib/dpkg/status
: >.${callsFile}
mapfile -t programs < <(type -P ${hostPrograms})
mapfile -t libraries < <(ldd "\${programs[@]}" | grep -o '/[^ :]* (0x' | cut -d' ' -f1 | LC_ALL=C sort -u)
cp -L "\${programs[@]}" usr/bin/
ln -s bash usr/bin/sh
for library in "\${libraries[@]}"; do
  case $library in /lib*) target=usr$library ;; *) target=\${library#/} ;; esac
  install -D "$library" "$target"
done
cp -r "$1/stand-ins/." usr/local/bin
chmod -R 0755 usr/local/bin
find usr/bin usr/lib* ! -type d >.${ownFilesList}
tar --create --file=../tree.tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 .`;

let packed: Promise<Buffer> | undefined;

/**
 * The files of an element that fills the target root within a moment: bash, coreutils, sed, grep and awk from the host,
 * and stand-ins for apt, dpkg, systemctl and their like that note how they were called. A few megabytes.
 */
export async function fixtureSystemFiles(): Promise<Readonly<Record<string, string | Buffer>>> {
  packed ??= packTree();
  return {
    'root.d/00-fixture.tar': await packed,
    'root.d/00-fixture':
      'tar --extract --file="$(dirname "$0")/00-fixture.tar" --directory="$TARGET_ROOT" --same-permissions\n',
    'environment.d/00-fixture.bash': [
      'export DISTRO_NAME=${DISTRO_NAME:-debian}',
      'export DIB_RELEASE=${DIB_RELEASE:-bookworm}',
      'export DIB_INIT_SYSTEM=${DIB_INIT_SYSTEM:-systemd}',
      '',
    ].join('\n'),
  };
}

async function packTree(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-fixture-'));
  try {
    await mkdir(join(folder, 'stand-ins'));
    for (const [name, text] of Object.entries(standIns()))
      await writeFile(join(folder, 'stand-ins', name), text);
    const made = await runCommand({ file: 'bash', args: ['--norc', '-c', collect, 'fixture', folder] });
    if (!made.ok) throw new Error(made.stderr);
    return await readFile(join(folder, 'tree.tar'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
