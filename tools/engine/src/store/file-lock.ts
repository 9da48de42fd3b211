import { startProcess, type HeldProcess } from '../util/start-process.ts';
import { InternalError } from '../util/internal-error.ts';

/**
 * Holds an exclusive lock on a file until `release`. The kernel frees it when Kiln dies, whatever the reason.
 * Waits for as long as another process holds it; `signal` ends the wait.
 */
export async function lockFile(path: string, signal?: AbortSignal): Promise<HeldProcess> {
  const held = await startProcess(
    'flock',
    ['--exclusive', path, 'sh', '-c', 'echo locked; exec cat'],
    signal,
  );
  if ('refused' in held) {
    signal?.throwIfAborted();
    throw new InternalError(`flock ${path}: ${held.refused}`);
  }
  return held;
}

/** The same for many holders at once: they keep out who wants the lock for itself, and wait for that one. */
export async function shareLock(path: string, signal?: AbortSignal): Promise<HeldProcess> {
  const held = await startProcess('flock', ['--shared', path, 'sh', '-c', 'echo locked; exec cat'], signal);
  if ('refused' in held) {
    signal?.throwIfAborted();
    throw new InternalError(`flock ${path}: ${held.refused}`);
  }
  return held;
}

/** The exclusive lock without waiting: undefined where another process holds the lock. */
export async function tryLockFile(path: string): Promise<HeldProcess | undefined> {
  const held = await startProcess('flock', [
    '--exclusive',
    '--nonblock',
    path,
    'sh',
    '-c',
    'echo locked; exec cat',
  ]);
  return 'refused' in held ? undefined : held;
}
