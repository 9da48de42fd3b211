import { existsSync } from 'node:fs';
import { test } from 'vitest';
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

/**
 * A test that needs something of the host. Where that is missing it is skipped, counted, and says why; in CI the lack is
 * a failure.
 */
export function testOn(needs: readonly HostNeed[], name: string, body: () => Promise<void>): void {
  testWithin(300_000, { needs, name }, body);
}

/** The same for a test that takes longer. */
export function testWithin(
  timeout: number,
  { needs, name }: { readonly needs: readonly HostNeed[]; readonly name: string },
  body: () => Promise<void>,
): void {
  const lacks = needs.flatMap((need) => need.lack() ?? []);
  if (lacks.length === 0) return void test.concurrent(name, { timeout }, body);
  const reason = `the host lacks ${lacks.join('; ')}`;
  if (process.env['CI'] === undefined) return void test.skip(`${name} (${reason})`, body);
  test(name, () => {
    throw new Error(reason);
  });
}
