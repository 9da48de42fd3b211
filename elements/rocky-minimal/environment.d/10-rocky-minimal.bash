export DISTRO_NAME=rocky
export DIB_RELEASE=${DIB_RELEASE:-9}
export DIB_INIT_SYSTEM=systemd
export EFI_BOOT_DIR=EFI/rocky
# Release 9 still has the database in its old place.
case $DIB_RELEASE in
9*) export DIB_RPM_DATABASE=${DIB_RPM_DATABASE:-/var/lib/rpm} ;;
esac
