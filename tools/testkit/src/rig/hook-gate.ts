import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';

/** Where hooks find the gates: on the host in the shared image cache, in the chroot in a package cache of `tiny-os`. */
export const gateFolders = { host: '$DIB_IMAGE_CACHE', chroot: '/var/cache/gates' } as const;

/** A place in a hook at which it stops until the test lets it go on. */
export interface HookGate {
  /** Lines for a hook that runs there: tells that the gate is reached, then waits. */
  readonly lines: (where: 'host' | 'chroot') => string;
  /** Settles when a hook has come to the gate. */
  readonly reached: () => Promise<void>;
  /** Lets one waiting hook go on. */
  readonly pass: () => void;
  /** Lets every hook go on from now on, without a stop. */
  readonly leaveOpen: () => Promise<void>;
  readonly close: () => void;
}

/**
 * Makes a gate of two FIFOs, one that tells and one that waits.
 *
 * They lie in the store's caches, of which every build has hard links or a bind mount: so the test and a hook in
 * whatever namespace hold ends of the same pipe, and nothing needs to be polled.
 */
export async function openHookGate(store: string, name: string): Promise<HookGate> {
  const folders = ['gates', 'image-create'].map((folder) => join(store, 'v1/caches', folder));
  const [first = '', second = ''] = folders;
  for (const folder of folders) await mkdir(folder, { recursive: true });
  const [reachedName, goName] = [`${name}.reached`, `${name}.go`];
  for (const fifo of [reachedName, goName]) {
    const made = await runCommand({ file: 'mkfifo', args: ['-m', '666', join(first, fifo)] });
    if (!made.ok) throw new Error(made.stderr);
    await link(join(first, fifo), join(second, fifo));
  }
  const goEnd = openBothEnds(join(first, goName));
  const arrivals = new Socket({
    fd: openBothEnds(join(first, reachedName)),
    readable: true,
    writable: false,
  });
  let arrived = 0;
  let awaited = 0;
  const wake = new Set<() => void>();
  arrivals.on('data', (chunk: Buffer) => {
    arrived += chunk.toString().split('\n').length - 1;
    for (const tell of wake) tell();
  });
  return {
    lines: (where) =>
      `echo >${gateFolders[where]}/${reachedName}\nread -r _ <${gateFolders[where]}/${goName}\n`,
    reached: () => {
      awaited += 1;
      const mine = awaited;
      return new Promise((resolve) => {
        const look = (): void => {
          if (arrived < mine) return;
          wake.delete(look);
          resolve();
        };
        wake.add(look);
        look();
      });
    },
    pass: () => void writeSync(goEnd, '\n'),
    leaveOpen: async () => {
      for (const folder of folders) {
        await rm(join(folder, goName));
        await writeFile(join(folder, goName), '\n');
      }
    },
    close: () => {
      arrivals.destroy();
      closeSync(goEnd);
    },
  };
}

/**
 * For reading and writing at once, so that neither opening nor reading ever waits for a hook that does not come.
 * A bare number: a file handle would be closed when it is collected, with the socket still on it.
 */
function openBothEnds(fifo: string): number {
  return openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
}
