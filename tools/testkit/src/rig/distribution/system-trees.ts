import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { hostPrograms } from '../../element-tests/fixture-commands.ts';
import { packHostFiles } from './pack-host-files.ts';

/** Files of this host that make packages of a fixture work: real programs of dpkg, rpm, dnf, systemd, Python and GRUB. */
export interface SystemTrees {
  /** Shell, coreutils, accounts, folders. */
  readonly base: Buffer;
  /** dpkg and apt. */
  readonly apt: Buffer;
  readonly dnf: Buffer;
  readonly python: Buffer;
  readonly git: Buffer;
  readonly grub: Buffer;
  /** The same, with programs of the names that the Red Hat family has for them. */
  readonly grub2: Buffer;
}

const accounts = 'useradd userdel usermod groupadd groupdel chpasswd ldconfig systemctl findmnt gpgv getent';
const apt =
  'start-stop-daemon dpkg dpkg-deb dpkg-query dpkg-split dpkg-divert dpkg-statoverride dpkg-trigger update-alternatives apt-get apt-cache apt-config apt-mark';
const pythonModules = ['dnf', 'libdnf', 'hawkey', 'libcomps', 'rpm', 'gpg', 'six.py'];
const grubPrograms =
  'grub-mkconfig grub-mkimage grub-editenv grub-file grub-mkrelpath grub-script-check grub-probe';

const grubPaths = [
  '/usr/lib/grub/i386-pc',
  '/usr/lib/grub/x86_64-efi',
  '/usr/share/grub/grub-mkconfig_lib',
  ...['00_header', '10_linux', '40_custom'].map((name) => `/etc/grub.d/${name}`),
];

const skeleton = `mkdir -p usr/{bin,sbin,lib,lib64,local/{bin,sbin},share} usr/lib/{systemd/system,sysctl.d,tmpfiles.d} etc/{systemd/system,sysctl.d,modules-load.d,profile.d,default,logrotate.d} \\
  root home boot opt tmp run proc sys dev mnt srv var/{log,cache,tmp,spool} var/lib/{fixture,misc}
chmod 1777 tmp var/tmp
chmod 0700 root
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$folder"; done
ln -s bash usr/bin/sh
printf '%s\\n' root:x:0:0:root:/root:/bin/bash nobody:x:65534:65534:nobody:/:/bin/false >etc/passwd
printf '%s\\n' root:x:0: shadow:x:42: nogroup:x:65534: >etc/group
printf '%s\\n' 'root:*:19000:0:99999:7:::' >etc/shadow
chmod 0640 etc/shadow
: >etc/gshadow
printf '%s\\n' 'passwd: files' 'group: files' 'shadow: files' 'hosts: files dns myhostname' >etc/nsswitch.conf
printf 'UID_MIN 1000\\nSYS_UID_MIN 100\\nSYS_UID_MAX 999\\nGID_MIN 1000\\nSYS_GID_MIN 100\\nSYS_GID_MAX 999\\n' >etc/login.defs
: >var/lib/fixture/calls
ln -s ../usr/lib/os-release etc/os-release`;

/** Name of this host's own Python: `python3.11`. */
export const hostPython = basename(realpathSync('/usr/bin/python3'));

const python = `rm -rf usr/lib/${hostPython}/{test,idlelib,tkinter,lib2to3,turtledemo,pydoc_data,config-*,ensurepip/_bundled}
rm -f usr/lib/${hostPython}/lib-dynload/_test* usr/lib/${hostPython}/lib-dynload/_tkinter*
ln -s ${hostPython} usr/bin/python3`;

const trimmed = `find usr/lib/grub -mindepth 2 -type d -exec rm -rf {} +
find usr/lib/grub -type f ! -name '*.mod' ! -name '*.lst' ! -name '*.img' -delete`;

const renamed = `${trimmed}
for program in usr/*bin/grub-*; do mv "$program" "\${program/grub-/grub2-}"; done
sed -i 's,/grub-\\(probe\\|file\\|editenv\\|script-check\\|mkrelpath\\|mkconfig\\)\\b,/grub2-\\1,g' usr/sbin/grub2-mkconfig usr/share/grub/grub-mkconfig_lib`;

let packed: Promise<SystemTrees> | undefined;

/** Packs the trees, once for all tests of a process. */
export function systemTrees(): Promise<SystemTrees> {
  packed ??= packTrees();
  return packed;
}

async function packTrees(): Promise<SystemTrees> {
  const modules = pythonModules.map((name) => `/usr/lib/python3/dist-packages/${name}`);
  const grub = { programs: grubPrograms.split(' '), paths: grubPaths };
  const [base, aptTree, dnf, pythonTree, git, grubTree, grub2] = await Promise.all([
    packHostFiles({ programs: `${hostPrograms} ${accounts}`.split(' '), script: skeleton }),
    packHostFiles({ programs: apt.split(' '), paths: ['/usr/lib/apt/methods', '/usr/share/dpkg'] }),
    packHostFiles({
      programs: ['rpm', 'rpmkeys'],
      paths: ['/usr/bin/dnf-3', '/usr/lib/rpm/macros', '/usr/lib/rpm/rpmrc', ...modules],
      script: `ln -s dnf-3 usr/bin/dnf; mkdir -p etc/rpm; printf '%s\\n' '%_dbpath /var/lib/rpm' '%_db_backend sqlite' >etc/rpm/macros; : >usr/lib/rpm/platform`,
    }),
    packHostFiles({
      programs: [hostPython],
      paths: [`/usr/lib/${hostPython}`, '/usr/share/python-wheels'],
      script: python,
    }),
    packHostFiles({ programs: ['git'] }),
    packHostFiles({ ...grub, script: trimmed }),
    packHostFiles({ ...grub, script: renamed }),
  ]);
  return { base, apt: aptTree, dnf, python: pythonTree, git, grub: grubTree, grub2 };
}
