import { upperOf } from '../../layers/pack-layer.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { Runner } from '../../util/runner.ts';

/** After root.d: the tree's own resolv.conf steps aside under the name that hooks know, and an empty one holds its place. */
export async function setResolvConfAside(run: Runner): Promise<void> {
  await script(
    run,
    `
[ -e etc ] || exit 0
if [ -e etc/resolv.conf ] || [ -L etc/resolv.conf ]; then mv etc/resolv.conf etc/resolv.conf.ORIG; fi
: > etc/resolv.conf`,
  );
}

/** Before hooks run: the host's resolv.conf, unless a hook already put one there. A copy tells later whether hooks changed it. */
export async function lendResolvConf(run: Runner): Promise<void> {
  await script(
    run,
    `
if [ ! -L etc/resolv.conf ] && [ ! -s etc/resolv.conf ]; then
  mkdir -p etc
  { cat /etc/resolv.conf 2>/dev/null || true; } > etc/resolv.conf
  cp etc/resolv.conf ../resolv.conf.lent
fi`,
  );
}

/** After the mounts are gone: takes the lent resolv.conf out of the step's layer, unless a hook changed it. */
export async function takeResolvConfBack(run: Runner): Promise<void> {
  if (await holdsLentResolvConf(run)) await run(['rm', `${upperOf('mnt')}/etc/resolv.conf`]);
}

/** Whether the step's upper folder holds the resolv.conf that it was lent, as it was. */
export async function holdsLentResolvConf(run: Runner): Promise<boolean> {
  const compared = await run(
    ['bash', '--norc', '-c', compareLent, 'kiln', sandboxPaths.build, upperOf('mnt')],
    {
      allowFailure: true,
    },
  );
  return compared.ok;
}

const compareLent = `cd "$1" && [ -e resolv.conf.lent ] && [ ! -L "$2/etc/resolv.conf" ] &&
cmp -s resolv.conf.lent "$2/etc/resolv.conf"`;

/** After cleanup.d: resolv.conf as the image is to have it, an empty /tmp, logs without content. */
export async function tidyTree(run: Runner): Promise<void> {
  await script(
    run,
    `
if [ -L etc/resolv.conf ] || { lsattr -d etc/resolv.conf 2>/dev/null | cut -d ' ' -f 1 | grep -q i; }; then
  rm -f etc/resolv.conf.ORIG
  # No layer holds the mark, and nobody could remove the work folder.
  chattr -i etc/resolv.conf 2>/dev/null || :
else
  rm -f etc/resolv.conf
  if [ -e etc/resolv.conf.ORIG ] || [ -L etc/resolv.conf.ORIG ]; then mv etc/resolv.conf.ORIG etc/resolv.conf; fi
fi
findmnt --raw --noheadings --output TARGET | awk -v top="$PWD/tmp/" 'index($0, top) == 1' | sort -r | xargs -r -d '\\n' umount -l
[ ! -d tmp ] || find tmp -mindepth 1 -delete
[ ! -d var/log ] || find var/log -type f -size +0 -exec truncate --size 0 {} +
[ ! -d root ] || find root -type f -name '*.log' -delete`,
  );
}

/** Whether root.d left anything; package caches and lost+found do not count. */
export async function isTreeEmpty(run: Runner): Promise<boolean> {
  const listed = await run(['ls', '-A', sandboxPaths.targetRoot]);
  const names = listed.stdout.split('\n').filter((name) => name !== '' && !/^(lost\+found|tmp)$/.test(name));
  return names.every((name) => name === 'var');
}

async function script(run: Runner, body: string): Promise<void> {
  await run(['bash', '--norc', '-c', `set -eu -o pipefail\n${body}`], { cwd: sandboxPaths.targetRoot });
}
