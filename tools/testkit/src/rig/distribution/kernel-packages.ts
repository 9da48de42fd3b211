import type { FixturePackage } from './fixture-package.ts';
import { noting } from './service-packages.ts';

type Content = Omit<FixturePackage, 'name'>;

/** The version of the fixture's kernels. */
export const fixtureKernel = '6.0.0-1.x86_64';

const modules =
  'brd dm_crypt xts ip_vs nf_conntrack nf_tables nft_masq nft_ct isofs vfat ext4 virtio_blk'.split(' ');
const folder = `/lib/modules/${fixtureKernel}`;

/** The kernel's setup header (Documentation/arch/x86/boot.rst): enough for whoever looks at it. */
const image = `${'k'.repeat(510)}Uª..HdrS kernel\n`;

function filesOf(names: readonly string[]): Readonly<Record<string, string>> {
  return {
    [`/usr${folder}/modules.dep`]: names.map((name) => `kernel/${name}.ko:\n`).join(''),
    [`/usr${folder}/modules.builtin`]: '',
    ...Object.fromEntries(names.map((name) => [`/usr${folder}/kernel/${name}.ko`, `module ${name}\n`])),
  };
}

/** Makes a ramdisk that tells what it was made of. */
const dracut =
  noting(`make() { { echo "ramdisk of $1"; cat /etc/dracut.conf.d/*.conf 2>/dev/null; } >/boot/initramfs-$1.img; }
case " $* " in
*' --regenerate-all '*) for folder in /lib/modules/*; do make "\${folder##*/}"; done ;;
*) for last; do :; done; make "$last" ;;
esac`);

/** A kernel and what makes its ramdisk, of the Red Hat family. The kernel's script does what kernel-install does. */
export const redHatKernel: Readonly<Record<string, Content>> = {
  kernel: { requires: ['kernel-core', 'kernel-modules'] },
  'kernel-core': {
    requires: ['dracut'],
    files: { ...filesOf(modules), [`/usr${folder}/vmlinuz`]: image },
    script: `cp ${folder}/vmlinuz /boot/vmlinuz-${fixtureKernel}
dracut --kver ${fixtureKernel} ${fixtureKernel}
mkdir -p /boot/loader/entries
echo "options $(cat /etc/kernel/cmdline 2>/dev/null || cat /proc/cmdline)" >"/boot/loader/entries/$(cat /etc/machine-id)-${fixtureKernel}.conf"`,
  },
  'kernel-modules': {},
  dracut: { files: { '/usr/bin/dracut': dracut } },
};

const updateInitramfs = noting(`mode= version=
while [ $# -gt 0 ]; do
    case $1 in -k) version=$2; shift ;; -*) mode=$1 ;; esac
    shift
done
[ "$mode" != -d ] || exit 0
for kernel in /boot/vmlinuz-*; do
    name=\${kernel#/boot/vmlinuz-}
    case $version in all | "$name" | '') ;; *) continue ;; esac
    cat /etc/initramfs-tools/conf.d/* >"/boot/initrd.img-$name" 2>/dev/null || :
    echo "ramdisk of $name" >>"/boot/initrd.img-$name"
    for script in /etc/initramfs/post-update.d/*; do
        [ ! -x "$script" ] || "$script" "$name" "/boot/initrd.img-$name"
    done
done`);

/** The same of Ubuntu. */
export const ubuntuKernel: Readonly<Record<string, Content>> = {
  'linux-image-virtual': { requires: [`linux-image-${fixtureKernel.replace('_', '-')}`] },
  [`linux-image-${fixtureKernel.replace('_', '-')}`]: {
    requires: ['initramfs-tools'],
    files: { ...filesOf([...modules, 'sctp']), [`/boot/vmlinuz-${fixtureKernel}`]: image },
    script: `update-initramfs -c -k ${fixtureKernel}`,
  },
  'initramfs-tools': {
    files: {
      '/usr/sbin/update-initramfs': updateInitramfs,
      '/etc/initramfs-tools/initramfs.conf': 'MODULES=most\n',
    },
  },
};
