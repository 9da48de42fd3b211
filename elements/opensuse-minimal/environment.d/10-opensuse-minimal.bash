export DISTRO_NAME=opensuse
export DIB_RELEASE=${DIB_RELEASE:-15.6}
export DIB_INIT_SYSTEM=systemd
export EFI_BOOT_DIR=EFI/opensuse
export DIB_ZYPPER_GPGCHECK=${DIB_ZYPPER_GPGCHECK:-1}
export DIB_ZYPPER_KERNEL=${DIB_ZYPPER_KERNEL:-kernel-default-base}
