export DIB_BOOTLOADER_DEFAULT_CMDLINE=${DIB_BOOTLOADER_DEFAULT_CMDLINE-nofb nomodeset gfxpayload=text}
export DIB_BOOTLOADER_SERIAL_CONSOLE=${DIB_BOOTLOADER_SERIAL_CONSOLE:-}
export DIB_GRUB_TIMEOUT=${DIB_GRUB_TIMEOUT:-5}
# Without a block-device element there is nothing to boot from, and no GRUB is installed.
export DIB_BLOCK_DEVICE=${DIB_BLOCK_DEVICE:-none}
