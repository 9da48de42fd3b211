/**
 * `sudo` as host hooks find it: they are root in namespaces of their own already, so it runs the command, with what the
 * common options ask for. The same on every host, with or without sudo of its own, whose settings would show in results.
 */
export const sudoShim = `#!/bin/bash
set -u
user=root shell=
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    --user) user=$2; shift ;;
    --user=*) user=\${1#*=} ;;
    --set-home) export HOME=/root ;;
    --login) shell=login ;;
    --shell) shell=shell ;;
    --list|--validate|--remove-timestamp|--reset-timestamp) [ $# -gt 1 ] || exit 0 ;;
    --version) echo 'sudo: commands run as they are, as root'; exit 0 ;;
    --group|--host|--prompt|--close-from|--command-timeout|--other-user|--chdir|--chroot|--role|--type)
      [ "$1" != --chdir ] || cd -- "$2" || exit 1
      shift ;;
    --chdir=*) cd -- "\${1#*=}" || exit 1 ;;
    --*) ;;
    -?*)
      letters=\${1#-}
      while [ -n "$letters" ]; do
        letter=\${letters:0:1} letters=\${letters:1}
        case $letter in
          H) export HOME=/root ;;
          i) shell=login ;;
          s) shell=shell ;;
          l|v|K|k) [ $# -gt 1 ] || exit 0 ;;
          V) echo 'sudo: commands run as they are, as root'; exit 0 ;;
          u|g|h|p|C|T|U|D|R|r|t)
            if [ -z "$letters" ]; then shift; letters=\${1-}; fi
            case $letter in u) user=$letters ;; D) cd -- "$letters" || exit 1 ;; esac
            letters= ;;
        esac
      done ;;
    [A-Za-z_]*=*) [[ $1 =~ ^[A-Za-z_][A-Za-z_0-9]*= ]] || break; export "\${1?}" ;;
    *) break ;;
  esac
  shift
done
case $shell in
  login) cd ~root 2>/dev/null || :; set -- /bin/bash -l \${1:+-c "$*"} ;;
  shell) set -- /bin/bash \${1:+-c "$*"} ;;
esac
[ $# -gt 0 ] || { echo 'sudo: no command' >&2; exit 1; }
export SUDO_USER=root SUDO_UID=0 SUDO_GID=0
case $user in
  root|'#0'|'') exec "$@" ;;
  *) exec runuser -u "\${user#\\#}" -- "$@" ;;
esac
`;
