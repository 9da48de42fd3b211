# CPU 0 for interrupts and the system, all others for HAProxy. N is the kernel's word for the last CPU.
export DIB_BOOTLOADER_DEFAULT_CMDLINE="${DIB_BOOTLOADER_DEFAULT_CMDLINE:-} irqaffinity=0 isolcpus=1-N nohz=on nohz_full=1-N"
