export DIB_YUM_KERNEL=${DIB_YUM_KERNEL:-kernel}
