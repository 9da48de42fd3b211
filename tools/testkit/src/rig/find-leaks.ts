import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What a build left on the host. Empty where all is well. */
export interface Leaks {
  readonly mounts: readonly string[];
  readonly loopDevices: readonly string[];
  readonly processes: readonly string[];
  readonly workFolders: readonly string[];
}

export const noLeaks: Leaks = { mounts: [], loopDevices: [], processes: [], workFolders: [] };

/** Looks for what builds below a folder left behind. The folder's name must be one that nothing else carries. */
export async function findLeaks(root: string, store: string): Promise<Leaks> {
  const mark = basename(root);
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return {
    mounts: mounts.filter((line) => line.includes(`${mark}/`) || line.includes(' /run/kiln')),
    loopDevices: await loopDevicesOn(mark),
    processes: await processesOf(mark),
    workFolders: await readdir(join(store, 'v1/work')).catch(() => []),
  };
}

async function loopDevicesOn(mark: string): Promise<readonly string[]> {
  const devices = (await readdir('/sys/block')).filter((name) => name.startsWith('loop'));
  const found: string[] = [];
  for (const device of devices) {
    const file = await readFile(`/sys/block/${device}/loop/backing_file`, 'utf8').catch(() => '');
    if (file.includes(mark)) found.push(`${device} ${file.trim()}`);
  }
  return found;
}

/** Processes that name the folder among their arguments, or that live in a mount namespace where it is mounted. */
async function processesOf(mark: string): Promise<readonly string[]> {
  const own = await readFile('/proc/self/mountinfo', 'utf8');
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    const command = (await read('cmdline')).replaceAll('\0', ' ');
    const mounted = await read('mountinfo');
    if (command.includes(mark) || (mounted !== own && mounted.includes(mark)))
      found.push(`${pid} ${command}`);
  }
  return found;
}

/** Whether a process waits for a lock below the folder (proc_locks(5): waiters are marked by an arrow). */
export async function isLockAwaited(root: string): Promise<boolean> {
  const mark = basename(root);
  const waiters = (await readFile('/proc/locks', 'utf8')).matchAll(/-> FLOCK\s+\S+\s+\S+\s+(\d+)/g);
  for (const [, pid] of waiters) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(mark)) return true;
  }
  return false;
}
