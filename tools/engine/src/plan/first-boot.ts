import type { HookFile } from '../elements/merge-hooks.ts';
import { scriptsIn } from '../elements/order-hooks.ts';
import { digestOf } from '../fingerprint/digest.ts';

/** Hooks of diskimage-builder until 2014, for the first boot of the image. */
export const firstBootFolder = 'first-boot.d';

/**
 * Runs what lies in /etc/first-boot.d, in the order of hooks, each until it succeeded once. Its argument is a root folder, for tests.
 * Needs bash and sort.
 */
const runner = `#!/bin/bash
set -eu -o pipefail
root=\${1:-}
folder=$root/etc/first-boot.d
state=$root/var/lib/first-boot
mkdir -p "$state"
for hook in "$folder"/*; do
  name=\${hook##*/}
  [[ $name =~ ^[0-9A-Za-z_-]+$ && -f $hook && -x $hook ]] || continue
  echo "$name"
done | LC_ALL=C sort -n | while read -r name; do
  [ ! -e "$state/$name.done" ] || continue
  echo "first-boot.d/$name"
  "$folder/$name" </dev/null
  : >"$state/$name.done"
done
: >"$state/finished"
`;

const unit = `[Unit]
Description=Hooks of /etc/first-boot.d
ConditionPathExists=!/var/lib/first-boot/finished
After=local-fs.target network.target

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/run-first-boot-hooks
RemainAfterExit=yes
StandardOutput=journal+console

[Install]
WantedBy=multi-user.target
`;

const script = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          first-boot-hooks
# Required-Start:    $remote_fs $network
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: Hooks of /etc/first-boot.d
### END INIT INFO
[ "\${1:-start}" = start ] || exit 0
[ -e /var/lib/first-boot/finished ] || exec /usr/local/sbin/run-first-boot-hooks
`;

/** Puts the hooks into the image, and what runs them: a unit where there is systemd, else a script of System V's init. */
const hook = `#!/bin/bash
set -eu
mkdir -p /etc/first-boot.d /usr/local/sbin
cp -a /tmp/in_target.d/first-boot.d/. /etc/first-boot.d/
cat >/usr/local/sbin/run-first-boot-hooks <<'END'
${runner}END
chmod 0755 /usr/local/sbin/run-first-boot-hooks
if [ -e /lib/systemd/systemd ] || [ -e /usr/lib/systemd/systemd ]; then
  wants=/etc/systemd/system/multi-user.target.wants
  mkdir -p "$wants"
  cat >/etc/systemd/system/first-boot-hooks.service <<'END'
${unit}END
  ln -sf ../first-boot-hooks.service "$wants/first-boot-hooks.service"
else
  mkdir -p /etc/init.d
  cat >/etc/init.d/first-boot-hooks <<'END'
${script}END
  chmod 0755 /etc/init.d/first-boot-hooks
  for level in 2 3 4 5; do
    mkdir -p "/etc/rc$level.d"
    ln -sf ../init.d/first-boot-hooks "/etc/rc$level.d/S99first-boot-hooks"
  done
fi
`;

/** The last hook of post-install.d, where an element has hooks for the first boot; else nothing. */
export function firstBootHook(files: readonly HookFile[]): readonly HookFile[] {
  if (scriptsIn(files, firstBootFolder).length === 0) return [];
  const content = Buffer.from(hook);
  const path = 'post-install.d/99-zz-first-boot';
  return [{ path, mode: 0o755, kind: 'file', content, digest: digestOf(content), element: 'kiln' }];
}
