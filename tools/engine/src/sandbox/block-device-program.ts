/**
 * `dib-block-device` for host hooks: what it is asked, the variables of the step answer. With other parameters than the build's own it is
 * the host's program of this name. Exit codes and the silence about unknown symbols are diskimage-builder's.
 */
export const blockDeviceProgram = `#!/bin/bash
set -u
given=("$@")
parameters=\${DIB_BLOCK_DEVICE_PARAMS_YAML-}
say() { echo "dib-block-device: $*" >&2; }
while [ $# -gt 0 ]; do
  case $1 in
    --params) parameters=\${2-}; shift; [ $# -eq 0 ] || shift ;;
    --params=*) parameters=\${1#*=}; shift ;;
    *) break ;;
  esac
done
if [ -z "$parameters" ]; then
  say 'DIB_BLOCK_DEVICE_PARAMS_YAML or --params not set'
  exit 2
fi
if [ "$parameters" != "\${DIB_BLOCK_DEVICE_PARAMS_YAML-}" ]; then
  other=$(type -aP dib-block-device | grep -vxF -- "$0" | head -n 1)
  [ -z "$other" ] || exec "$other" "\${given[@]}"
  say "only the build's own parameters are known here"
  exit 1
fi
answer() {
  if [ -z "$1" ]; then
    say "$symbol is not known yet: there is no disk (State dump not found)"
    exit 1
  fi
  printf '%s\\n' "$1"
}
symbol=\${2-}
case \${1-} in
  getval) ;;
  init | writefstab | umount | cleanup | delete) exit 0 ;;
  create)
    say 'the disk is made after the last hook, from the finished tree'
    exit 1 ;;
  *)
    say "there is no command '\${1-}'"
    exit 2 ;;
esac
case $symbol in
  root-label) printf '%s\\n' "\${DIB_ROOT_LABEL-}" ;;
  root-fstype) printf '%s\\n' "\${DIB_ROOT_FSTYPE-}" ;;
  boot-label) printf '%s\\n' "\${DIB_BOOT_LABEL-}" ;;
  mount-points) printf '%s\\n' "\${DIB_MOUNTPOINTS-}" ;;
  image-block-device) answer "\${IMAGE_BLOCK_DEVICE-}" ;;
  image-block-devices) answer "\${IMAGE_BLOCK_DEVICES-}" ;;
  image-block-partition)
    disk=\${IMAGE_BLOCK_DEVICE-}
    source=$(findmnt --noheadings --output SOURCE "\${TMP_MOUNT_PATH-}")
    answer "\${disk:+\${disk%/*}/\${source#/dev/}}" ;;
  image-path) answer '' ;;
  *) say "Invalid symbol [$symbol] for getval" ;;
esac
exit 0
`;
