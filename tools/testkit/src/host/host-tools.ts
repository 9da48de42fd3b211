/** A program of the host, and what the testkit needs it for. */
export interface HostTool {
  readonly tool: string;
  readonly debianPackage: string;
  readonly neededFor: string;
}

/** What offline verification of artifacts runs. None of it needs root or support of the kernel. */
export const verificationTools: readonly HostTool[] = [
  { tool: 'qemu-img', debianPackage: 'qemu-utils', neededFor: 'reading qcow2 images' },
  { tool: 'debugfs', debianPackage: 'e2fsprogs', neededFor: 'reading files of ext filesystems' },
  { tool: 'e2fsck', debianPackage: 'e2fsprogs', neededFor: 'checking ext filesystems' },
  { tool: 'mdir', debianPackage: 'mtools', neededFor: 'listing vfat filesystems' },
  { tool: 'mcopy', debianPackage: 'mtools', neededFor: 'reading files of vfat filesystems' },
  { tool: 'fsck.vfat', debianPackage: 'dosfstools', neededFor: 'checking vfat filesystems' },
];

/** What booting artifacts runs, beyond `verificationTools`. UEFI needs the files of the package ovmf as well. */
export const bootTools: readonly HostTool[] = [
  { tool: 'qemu-system-x86_64', debianPackage: 'qemu-system-x86', neededFor: 'booting images' },
  { tool: 'setpriv', debianPackage: 'util-linux', neededFor: 'ending QEMU together with Kiln' },
  { tool: 'xorriso', debianPackage: 'xorriso', neededFor: 'making config drives' },
  { tool: 'openssl', debianPackage: 'openssl', neededFor: 'making test certificates' },
];
