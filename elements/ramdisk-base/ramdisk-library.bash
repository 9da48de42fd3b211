# What the elements that make ramdisks share. Sourced by their hooks inside the chroot; not a hook.

hooks=/tmp/in_target.d

# Prints the words of all lists in a folder such as binary-deps.d, each once; # begins a comment.
listed_in() {
    local list
    for list in "$hooks/$1"/*; do
        [ ! -f "$list" ] || sed 's/#.*//' "$list"
    done | tr -s '[:space:]' '\n' | sed '/^$/d' | LC_ALL=C sort -u
}

# Prints the version of the kernel to take: DIB_KERNEL_VERSION, or the newest that is there.
kernel_version() {
    local version=${DIB_KERNEL_VERSION:-}
    [ -n "$version" ] ||
        version=$(find /boot -maxdepth 1 -name 'vmlinu[xz]-*' -printf '%f\n' | sed 's/^vmlinu[xz]-//' | sort -V | tail -n 1)
    if [ -z "$version" ] || [ ! -d "/lib/modules/$version" ]; then
        echo "ramdisk: there is no kernel '${version:-vmlinuz-*}' in /boot with modules in /lib/modules" >&2
        return 1
    fi
    echo "$version"
}

# Writes /init: all fragments of init.d, one after the other, as one script: write_init FILE
write_init() {
    local fragment
    {
        echo '#!/bin/bash'
        for fragment in "$hooks"/init.d/*; do
            printf '\n### %s\n' "${fragment##*/}"
            cat "$fragment"
        done
        printf '\n### the end\n'
        cat "$hooks/ramdisk-init-end"
    } >"$1"
    chmod 0755 "$1"
    # A slip in one fragment would otherwise be found when the machine panics.
    bash -n "$1"
}

# Runs the hooks in ramdisk-install.d, which change the ramdisk's tree: run_ramdisk_hooks TREE
run_ramdisk_hooks() {
    local hook
    for hook in "$hooks"/ramdisk-install.d/*; do
        [[ ${hook##*/} =~ ^[0-9A-Za-z_-]+$ && -x $hook && ! -d $hook ]] || continue
        echo "ramdisk-install.d/${hook##*/}"
        TMP_MOUNT_PATH=$1 TMP_HOOKS_PATH=$hooks "$hook"
    done
}

# Packs a tree, the same bytes each time: pack_ramdisk TREE VERSION
pack_ramdisk() {
    "$hooks/pack-ramdisk" "$1" "$2" >/tmp/ramdisk
    echo "ramdisk: $(du --apparent-size -m -s "$1" | cut -f1) MiB, packed: $(du -m /tmp/ramdisk | cut -f1) MiB"
}

# Puts the kernel where it is handed out from: hand_out_kernel VERSION
hand_out_kernel() {
    local kernel
    for kernel in "/boot/vmlinuz-$1" "/boot/vmlinux-$1"; do
        if [ -e "$kernel" ]; then
            install -m 0644 "$kernel" /tmp/kernel
            return
        fi
    done
    echo "ramdisk: there is no kernel $1 in /boot" >&2
    return 1
}
