#!/bin/sh
# Makes this host ready to build, test and boot images: the Debian packages of host-packages.txt, and of the lists that are named, then npm's.
# Only what is missing is installed, so running it again costs a moment. Exit status 3: the host cannot, and why.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
lists=$here/host-packages.txt
for name in "$@"; do lists="$lists $here/$name"; done
stamp=$root/node_modules/.kiln-setup

refuse() {
  printf 'setup: %s\n' "$*" >&2
  exit 3
}

# npm puts node_modules/.bin first, and `npm ci` would delete the very node that runs it.
without_node_modules() {
  printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin$' | grep -v '/node-gyp-bin$' | paste -s -d ':' -
}

present() {
  case $1 in
    /*) [ -e "$1" ] ;;
    python3:*) python3 -c "import ${1#python3:}" 2>/dev/null ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

missing_packages() {
  # shellcheck disable=SC2086 # one word a list
  cat $lists | while read -r package probe _; do
    case $package in
      '' | '#'*) continue ;;
      # Of one architecture alone, and not there on others.
      *:*) [ "${package#*:}" = "$(dpkg --print-architecture 2>/dev/null)" ] || continue ;;
    esac
    present "$probe" || printf '%s\n' "$package"
  done
}

candidates_known() {
  for package in "$@"; do
    LC_ALL=C apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]' || return 1
  done
}

apt_get() {
  set -- env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -q "$@"
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_host_packages() {
  command -v apt-get >/dev/null 2>&1 ||
    refuse "this is not Debian; install what these Debian packages hold, then run again: $*"
  if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
    refuse "packages are missing, and sudo is not there or asks for a password; run as root: apt-get install --no-install-recommends $*"
  fi
  printf 'setup: installing %s\n' "$*"
  candidates_known "$@" || apt_get update
  apt_get install -y --no-install-recommends "$@" || {
    apt_get update && apt_get install -y --no-install-recommends "$@"
  } || refuse "apt-get could not install: $*"
}

install_node_packages() {
  lock=$(sha256sum <"$root/package-lock.json")
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ]; then return; fi
  echo 'setup: installing node_modules'
  (cd "$root" && npm ci --no-audit --no-fund --loglevel=error) || refuse "'npm ci' failed; its output is above"
  printf '%s\n' "$lock" >"$stamp"
}

PATH=$(without_node_modules):/usr/local/sbin:/usr/sbin:/sbin
command -v npm >/dev/null 2>&1 || refuse 'npm is missing: install Node.js 20 or newer with npm (Debian: nodejs and npm)'

missing=$(missing_packages)
# shellcheck disable=SC2086 # one word a package
[ -z "$missing" ] || install_host_packages $missing
install_node_packages
echo 'setup: ready'
