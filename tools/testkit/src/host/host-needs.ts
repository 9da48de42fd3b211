import { existsSync } from 'node:fs';
import { findHostTool } from '@kiln/engine/execute/read-host-facts.ts';

/** Something that a test asks of the host; `lack` says what is missing, or nothing. */
export interface HostNeed {
  readonly lack: () => string | undefined;
}

/** To be root: namespaces and mounts need it. */
export const root: HostNeed = { lack: () => (process.getuid?.() === 0 ? undefined : 'to be root') };

/** Filesystems of the kernel, built in or as a module that mounting loads. */
export const kernelFilesystems: HostNeed = {
  lack: () =>
    existsSync('/sys/fs/erofs') || findHostTool('modprobe') !== undefined ? undefined : 'EROFS in the kernel',
};

export const loopDevices: HostNeed = {
  lack: () => (existsSync('/dev/loop-control') ? undefined : '/dev/loop-control'),
};

/** Programs of the host. */
export function tools(...names: readonly string[]): HostNeed {
  return {
    lack: () => {
      const missing = names.filter((name) => findHostTool(name) === undefined);
      return missing.length === 0 ? undefined : missing.join(', ');
    },
  };
}

/** What every build needs. */
export const building: readonly HostNeed[] = [
  root,
  kernelFilesystems,
  loopDevices,
  tools('unshare', 'nsenter', 'mount', 'flock', 'mkfs.erofs', 'setfattr', 'tar', 'qemu-img', 'mke2fs'),
];

/** What a host lacks, in words; undefined where it has everything. */
export function lackOf(needs: readonly HostNeed[]): string | undefined {
  const lacks = needs.flatMap((need) => need.lack() ?? []);
  return lacks.length === 0 ? undefined : `the host lacks ${lacks.join('; ')}`;
}
