case ${ARCH:-amd64} in
arm64 | aarch64)
    echo "block-device-gpt cannot boot on $ARCH; use block-device-efi" >&2
    exit 1
    ;;
esac
export DIB_BLOCK_DEVICE=gpt
