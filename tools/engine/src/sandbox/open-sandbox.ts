import { createRunner } from './command-runner.ts';
import { startProcess } from '../util/start-process.ts';
import { fail } from '../diagnostics/failure.ts';
import type { Privilege } from './privilege.ts';
import type { Runner } from '../util/runner.ts';

/** Where the work folder stands inside every sandbox: hooks see no path of the host. */
export const sandboxRoot = '/run/kiln';

/**
 * Whoever builds may keep his own files to himself; an image has the modes that its hooks ask for. No program sets a umask for another
 * but a shell.
 */
const usualModes = ['sh', '-c', 'umask 022; exec "$@"', 'kiln-umask'];

/** Namespaces of their own for one step. Mounts made inside are seen by nobody else and end with it. */
export interface Sandbox {
  /** Runs commands as root inside the namespaces, with the host's file system and the mounts made so far. */
  readonly run: Runner;
  /** Words that, before a command, run it there: for what needs the terminal. */
  readonly entry: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * First process of the namespaces. It waits for the end of its standard input, which comes when Kiln closes it or
 * dies; with the first process all others end, and with them the mounts.
 */
const firstProcess = `set -eu
read -r pid _ < /proc/self/stat
mkdir -p ${sandboxRoot}
mount --bind "$1" ${sandboxRoot}
mount -t proc proc /proc
hostname localhost
echo "$pid"
while read -r _; do :; done`;

/**
 * Opens mount, PID, IPC and UTS namespaces with the work folder bound to `/run/kiln`.
 *
 * Nothing outlives this process: not when it is killed, and not when `close` is never called.
 */
export async function openSandbox(
  workFolder: string,
  privilege: Privilege,
  signal?: AbortSignal,
): Promise<Sandbox> {
  const [file = 'unshare', ...args] = [
    ...privilege,
    'unshare',
    '--mount',
    '--pid',
    '--ipc',
    '--uts',
    '--fork',
    '--kill-child',
    '--propagation=private',
    'bash',
    '--norc',
    '-c',
    firstProcess,
    'kiln-sandbox',
    workFolder,
  ];
  const held = await startProcess(file, args);
  if ('refused' in held) {
    signal?.throwIfAborted();
    fail({
      code: 'command-failed',
      command: 'unshare --mount --pid --ipc --uts',
      status: 'refused',
      output: held.refused,
    });
  }
  // Hooks have children of their own: only the end of the first process ends them all at once. `nsenter` must outlive them, since it
  // is their parent: without it they would wait for the host's first process to take note of their death, and the sandbox with them.
  const end = (): void => void held.release();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  const inside = ['nsenter', '--target', held.greeting, '--mount', '--pid', '--ipc', '--uts'];
  const entry = [...privilege, ...inside, ...usualModes];
  return {
    run: createRunner(entry, { signal, ending: 'waited for', writesTo: workFolder }),
    entry,
    close: async () => {
      signal?.removeEventListener('abort', end);
      await held.release();
    },
  };
}
