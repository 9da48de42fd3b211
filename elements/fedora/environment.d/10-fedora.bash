export DISTRO_NAME=fedora
export DIB_RELEASE=${DIB_RELEASE:-42}
export DIB_INIT_SYSTEM=systemd
export EFI_BOOT_DIR=EFI/fedora
# The names of images hold the day of their compose, so there is no default for BASE_IMAGE_FILE.
