export DISTRO_NAME=centos
export DIB_RELEASE=${DIB_RELEASE:-9-stream}
export DIB_INIT_SYSTEM=systemd
export EFI_BOOT_DIR=EFI/centos
case $ARCH in
amd64) architecture=x86_64 ;;
arm64) architecture=aarch64 ;;
*) architecture=$ARCH ;;
esac
export BASE_IMAGE_FILE=${BASE_IMAGE_FILE:-CentOS-Stream-GenericCloud-${DIB_RELEASE%-stream}-latest.$architecture.qcow2}
