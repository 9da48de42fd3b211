export DISTRO_NAME=ubuntu
export DIB_RELEASE=${DIB_RELEASE:-noble}
export DIB_INIT_SYSTEM=systemd
export EFI_BOOT_DIR=EFI/ubuntu
export DIB_UBUNTU_COMPONENTS=${DIB_UBUNTU_COMPONENTS:-main,restricted,universe}
export DIB_UBUNTU_KERNEL=${DIB_UBUNTU_KERNEL:-linux-image-virtual}
# The bootstrap's own default is Debian's.
export DIB_APT_KEYRING=${DIB_APT_KEYRING:-${DIB_UBUNTU_KEYRING:-/usr/share/keyrings/ubuntu-archive-keyring.gpg}}
