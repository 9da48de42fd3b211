/** Where the stand-ins note how they were called: a line a call, the name and its arguments. */
export const callsFile = '/var/lib/fixture/calls';

/** Programs that are taken from the host, with their libraries. bash has some more built in. */
export const hostPrograms =
  'awk base64 basename bash cat chgrp chmod chown comm cp cut date dirname du env expr false find grep groups head id install ln ls ' +
  'md5sum mkdir mkfifo mktemp mount mountpoint mv nproc od paste readlink realpath rm rmdir sed seq sha256sum sleep sort stat tac tail ' +
  'tar tee test touch tr true umount uname uniq wc xargs chroot getent gzip diff hostname';

const noting = `echo "\${0##*/}\${*:+ $*}" >>${callsFile}\n`;

/** Prints the words that are no options, nor the value of one. */
const words = `operands=()
while [ $# -gt 0 ]; do
  case $1 in
  -o) shift ;;
  -*) ;;
  *) operands+=("$1") ;;
  esac
  shift
done
`;

const installed = '/var/lib/dpkg/status';

const addPackages = `for package in "\${operands[@]:1}"; do
  package=\${package%%[=/]*}
  grep -qx "Package: $package" ${installed} ||
    printf 'Package: %s\\nStatus: install ok installed\\nArchitecture: all\\nVersion: 1.0\\n\\n' "$package" >>${installed}
done`;

const removePackages = `for package in "\${operands[@]:1}"; do
  awk -v name="Package: $package" 'BEGIN { RS = ""; ORS = "\\n\\n"; FS = "\\n" } $1 != name' ${installed} >/tmp/status
  cat /tmp/status >${installed}
  rm /tmp/status
done`;

const aptGet = `${words}case \${operands[0]:-} in
install) ${addPackages} ;;
remove | purge) ${removePackages} ;;
esac`;

const dpkgQuery = `case \${1:-} in -S) echo "dpkg: \${2#\\*}" | sed 's|: /*|: /usr/sbin/|'; exit ;; esac
format= names=()
while [ $# -gt 0 ]; do
  case $1 in
  -f | --showformat) format=$2; shift ;;
  -f* | --showformat=*) format=\${1#*=} ;;
  -*) ;;
  *) names+=("$1") ;;
  esac
  shift
done
[ \${#names[@]} -gt 0 ] || mapfile -t names < <(sed -n 's/^Package: //p' ${installed})
found=0
for name in "\${names[@]}"; do
  grep -qx "Package: $name" ${installed} || { echo "no packages found matching $name" >&2; found=1; continue; }
  text=\${format:-'\${Package}\\t\${Version}\\n'}
  text=\${text//'\${Package}'/$name} text=\${text//'\${Version}'/1.0} text=\${text//'\${Architecture}'/all}
  text=\${text//'\${db:Status-Abbrev}'/ii } text=\${text//'\${db:Status-Status}'/installed}
  printf %b "$text"
done
exit $found`;

const dpkg = `case \${1:-} in
--print-architecture) echo "\${ARCH:-amd64}" ;;
-s | --status) shift; exec dpkg-query -W "$@" ;;
-l | --list) shift; exec dpkg-query -W "$@" ;;
esac`;

const diversions = '/var/lib/fixture/diversions';

const dpkgDivert = `target= file= action=
while [ $# -gt 0 ]; do
  case $1 in
  --divert) target=$2; shift ;;
  --add | --remove | --list) action=$1; file=\${2:-}; shift ;;
  -*) ;;
  *) file=$1 ;;
  esac
  shift
done
touch ${diversions}
case $action in
--add) echo "local diversion of $file to $target" >>${diversions} ;;
--remove) grep -v " of $file to " ${diversions} >/tmp/diversions || :; cat /tmp/diversions >${diversions}; rm /tmp/diversions ;;
--list) while read -r line; do words=($line); [[ \${words[3]} == $file ]] && echo "$line"; done <${diversions}; : ;;
esac`;

/** Units are enabled for multi-user.target: a fixture need not tell more. */
const systemctl = `folder=/etc/systemd/system
case " $* " in
*' is-enabled '*) for unit; do :; done; [ -e "$folder/multi-user.target.wants/$unit" ]; exit ;;
esac
${words}for unit in "\${operands[@]:1}"; do
  case $unit in *.*) ;; *) unit=$unit.service ;; esac
  case \${operands[0]} in
  enable) mkdir -p "$folder/multi-user.target.wants"; ln -sfn "/lib/systemd/system/$unit" "$folder/multi-user.target.wants/$unit" ;;
  disable) rm -f "$folder"/*.wants/"$unit" ;;
  mask) ln -sfn /dev/null "$folder/$unit" ;;
  unmask) [ ! -L "$folder/$unit" ] || rm "$folder/$unit" ;;
  set-default) ln -sfn "/lib/systemd/system/$unit" "$folder/default.target" ;;
  esac
done`;

const useradd = `${words}echo "\${operands[-1]}:x:1000:1000::/home/\${operands[-1]}:/bin/bash" >>/etc/passwd`;

/** Installed packages are noted for \`dpkg-query\`, and for the check \`packages\` of verify.yaml. */
const bodies: Readonly<Record<string, string>> = {
  'apt-get': aptGet,
  'dpkg-query': dpkgQuery,
  dpkg,
  'dpkg-divert': dpkgDivert,
  systemctl,
  useradd,
  // The element dpkg brings the real one over this.
  'install-packages': `while getopts 'uedm:' option; do case $option in e) set -- "$@"; action=remove ;; esac; done
shift $((OPTIND - 1))
read -r -a packages <<<"$*"
[ \${#packages[@]} -eq 0 ] || exec apt-get "\${action:-install}" "\${packages[@]}"`,
};

/** Programs that only note how they were called. */
const silent = [
  'apt-cache',
  'apt-key',
  'apt-mark',
  'chpasswd',
  'dnf',
  'dpkg-reconfigure',
  'groupadd',
  'ldconfig',
  'locale-gen',
  'modprobe',
  'passwd',
  'rc-update',
  'restorecon',
  'rpm',
  'semodule',
  'setsebool',
  'update-alternatives',
  'update-grub',
  'update-initramfs',
  'update-rc.d',
  'usermod',
  'yum',
  'zypper',
];

/** A program for a fixture that notes how it was called, then does what the body says. */
export function standIn(body: string): string {
  return `#!/bin/bash\n${noting}${body}\n`;
}

/** The stand-ins that every fixture has, by name. */
export function standIns(): Readonly<Record<string, string>> {
  const quiet = silent.map((name) => [name, standIn('')] as const);
  const acting = Object.entries(bodies).map(([name, body]) => [name, standIn(body)] as const);
  return Object.fromEntries([...quiet, ...acting]);
}
