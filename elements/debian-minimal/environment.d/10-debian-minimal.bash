export DISTRO_NAME=debian
export DIB_RELEASE=${DIB_RELEASE:-bookworm}
export DIB_INIT_SYSTEM=systemd
export EFI_BOOT_DIR=EFI/debian
export DIB_DEBIAN_COMPONENTS=${DIB_DEBIAN_COMPONENTS:-main}
# `vm` sets cloud before this line is read.
export DIB_DEBIAN_KERNEL=${DIB_DEBIAN_KERNEL:-generic}
