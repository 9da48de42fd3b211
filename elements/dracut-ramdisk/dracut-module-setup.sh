# A module of dracut: runs /ramdisk-init once devices are there, instead of mounting a root filesystem.

check() {
    return 0
}

depends() {
    echo base
}

install() {
    inst_hook cmdline 80 "$moddir/no-root.sh"
    inst_hook pre-mount 50 "$moddir/run-init.sh"
}
