#!/bin/sh
# A command by its plain name, so that this folder can stand first on PATH: the links beside this file lead here. Takes the
# workspace's own Node where there is one, so the host needs none.
set -eu
here=$(dirname "$(readlink -f "$0")")
node=$here/../../../node_modules/.bin/node
[ -x "$node" ] || node=node
exec "$node" "$here/$(basename "$0").js" "$@"
