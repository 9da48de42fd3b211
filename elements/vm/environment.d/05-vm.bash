# A virtual machine needs few drivers. Read by operating-system elements that have such a kernel.
export DIB_DEBIAN_KERNEL=${DIB_DEBIAN_KERNEL:-cloud}
