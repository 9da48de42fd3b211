# Fills the tree of a ramdisk, $tree, from the image around it. Sourced by a hook; not a hook.

# Folders as in the image: where /bin is a link to usr/bin, here too.
make_folders() {
    local name
    for name in bin sbin lib lib32 lib64 libx32; do
        if [ -L "/$name" ]; then
            ln -s "$(readlink "/$name")" "$tree/$name"
            mkdir -p "$tree/$(readlink "/$name")"
        elif [ -d "/$name" ]; then
            mkdir -p "$tree/$name"
        fi
    done
    mkdir -p "$tree"/{dev,proc,sys,run,tmp,root,mnt,boot,etc/modprobe.d,etc/udev/rules.d,usr/bin,usr/sbin,usr/share/ramdisk,var/lib/dhcp}
    ln -s /run "$tree/var/run"
    ln -s /proc/mounts "$tree/etc/mtab"
    : >"$tree/etc/fstab"
    echo 'root:x:0:0:root:/root:/bin/bash' >"$tree/etc/passwd"
    echo 'root:x:0:' >"$tree/etc/group"
    echo ramdisk >"$tree/etc/hostname"
    echo '127.0.0.1 localhost' >"$tree/etc/hosts"
    # The C library asks files and DNS unless it is told otherwise; its modules are loaded by name.
    echo 'hosts: files dns' >"$tree/etc/nsswitch.conf"
    local library
    for library in /lib/*/libnss_files.so.2 /lib/*/libnss_dns.so.2 /lib64/libnss_files.so.2 /lib64/libnss_dns.so.2; do
        [ ! -e "$library" ] || copy_file "$library"
    done
}

# Copies a file to the same path, what it is a link to, and the libraries or the interpreter that it needs.
copy_file() {
    local path=$1 real library interpreter
    [ ! -e "$tree/${path#/}" ] && [ ! -L "$tree/${path#/}" ] || return 0
    real=$(readlink -e "$path")
    mkdir -p "$tree${path%/*}" "$tree${real%/*}"
    if [ ! -e "$tree$real" ]; then
        cp --preserve=mode "$real" "$tree$real"
        while read -r library; do
            copy_file "$library"
        done < <(ldd "$real" 2>/dev/null | grep -o '/[^ ]*')
        if [ "$(head -c 2 "$real" | tr -d '\0')" = '#!' ]; then
            read -r interpreter _ < <(head -n 1 "$real" | cut -c3-)
            copy_file "$interpreter"
        fi
    fi
    # Now it is there already if only a folder on the way is a link.
    [ -e "$tree$path" ] || ln -s "$real" "$tree$path"
}

# Copies a program by name or path. Where busybox has it, that will do, but for `ip`, of which busybox knows too little.
copy_program() {
    local path
    [ "$1" = ip ] || ! grep -qxF -e "$1" <<<"$applets" || return 0
    path=$(type -P "$1") || {
        echo "ramdisk: there is no program $1" >&2
        return 1
    }
    copy_file "$path"
}

# What busybox can do that no other program does here.
link_applets() {
    local path folder
    copy_file "$busybox"
    while read -r path; do
        for folder in usr/local/sbin usr/local/bin usr/sbin usr/bin sbin bin; do
            [ ! -e "$tree/$folder/${path##*/}" ] || continue 2
        done
        mkdir -p "$tree/${path%/*}"
        ln -s "$busybox" "$tree/$path"
    done < <("$busybox" --list-full)
}

# The kernel's modules, and firmware where the image has some.
copy_modules() {
    local version=$1 without=() folder
    for folder in $DIB_RAMDISK_WITHOUT_MODULES; do
        without+=(-path "./kernel/$folder" -prune -o)
    done
    local source=/lib/modules/$version target=$tree/lib/modules/$version
    mkdir -p "$target"
    (cd "$source" && find . "${without[@]}" -type f \( -path './*/*' -o -name 'modules.order' -o -name 'modules.builtin*' \) -print0) |
        (cd "$source" && cpio --null --pass-through --make-directories --quiet "$target")
    depmod --basedir "$tree" "$version"
    [ ! -d /etc/modprobe.d ] || cp -r /etc/modprobe.d/. "$tree/etc/modprobe.d/"
    echo 'blacklist evbug' >"$tree/etc/modprobe.d/ramdisk.conf"
    if [ -d /lib/firmware ]; then
        mkdir -p "$tree/lib/firmware"
        cp -r /lib/firmware/. "$tree/lib/firmware/"
    fi
}

# The device manager, with the rules that load modules and name disks, and those of udev.d.
copy_udev() {
    local file rules=/usr/lib/udev
    [ -d "$rules/rules.d" ] || rules=/lib/udev
    mkdir -p "$tree$rules/rules.d"
    for file in /usr/lib/systemd/systemd-udevd /lib/systemd/systemd-udevd /usr/bin/udevadm /sbin/udevadm \
        "$rules/ata_id" "$rules/scsi_id"; do
        [ ! -x "$file" ] || copy_file "$file"
    done
    for file in 50-firmware 60-block 60-persistent-storage 80-drivers; do
        [ ! -e "$rules/rules.d/$file.rules" ] || cp "$rules/rules.d/$file.rules" "$tree$rules/rules.d/"
    done
    for file in "$hooks"/udev.d/*; do
        [ ! -f "$file" ] || install -m 0644 "$file" "$tree/etc/udev/rules.d/"
    done
    printf 'udev_log=err\n' >"$tree/etc/udev/udev.conf"
}
