import type { Sandbox } from '../../sandbox/open-sandbox.ts';

/** Variables that a hook prints for the phases after it. */
export type PrintedVariables = Readonly<Record<string, string>>;

/**
 * What a hook of block-device.d says in a line of its output: until the block-device layer came, such hooks made the disk
 * themselves and printed `IMAGE_BLOCK_DEVICE=/dev/…`, which diskimage-builder evaluates. Undefined for any other line.
 */
export function printedBlockDevice(line: string): string | undefined {
  const found = /\bIMAGE_BLOCK_DEVICE=(?:"([^"]*)"|'([^']*)'|([^\s;"']*))/.exec(line);
  return found?.slice(1).find((value) => value !== undefined);
}

/** Detaches loop devices that hooks made of files in the work folder: the files go with it, the devices would stay. */
export async function detachLoopDevices(sandbox: Sandbox, folder: string): Promise<void> {
  await sandbox.run(['bash', '--norc', '-c', detachScript, 'kiln-loop', folder]);
}

const detachScript = `for file in /sys/block/loop*/loop/backing_file; do
  read -r path <"$file" 2>/dev/null || continue
  case $path in "$1"/* | /run/kiln/*) device=\${file#/sys/block/}; losetup --detach "/dev/\${device%%/*}" || : ;; esac
done`;
