case ${ARCH:-amd64} in
ppc*)
    echo "block-device-efi-4k cannot boot on $ARCH; use block-device-mbr" >&2
    exit 1
    ;;
esac
export DIB_BLOCK_DEVICE=efi
