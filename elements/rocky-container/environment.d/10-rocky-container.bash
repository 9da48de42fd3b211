export DISTRO_NAME=rocky
export DIB_RELEASE=${DIB_RELEASE:-9}
export DIB_INIT_SYSTEM=systemd
export EFI_BOOT_DIR=EFI/rocky
