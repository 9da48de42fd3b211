import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import type { RigRequest } from './rig-request.ts';
import type { RigBuild } from './run-rig-build.ts';

/** A build in a process of its own. */
export interface RigProcess {
  /** Settles when an event comes that the test waits for; fails if the build ends before. */
  readonly saw: (wanted: (event: BuildEvent) => boolean) => Promise<BuildEvent>;
  /** What came of the build; fails if the process died first. */
  readonly finished: Promise<RigBuild>;
  /** Sends a signal, and waits for the process to be gone. */
  readonly kill: (signal: 'SIGKILL' | 'SIGTERM') => Promise<void>;
}

type Line = { readonly event: BuildEvent } | { readonly build: RigBuild };

/** Starts a build in a process of its own; `wrapper` are words before its command (`setpriv …`). */
export function startRigProcess(request: RigRequest, wrapper: readonly string[] = []): RigProcess {
  const script = join(import.meta.dirname, 'build-in-child.ts');
  const [file = '', ...args] = [...wrapper, process.execPath, script, JSON.stringify(request)];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
  const seen: BuildEvent[] = [];
  const waiting = new Set<(event: BuildEvent) => void>();
  let outcome: RigBuild | undefined;
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if ('build' in line) outcome = line.build;
    else {
      seen.push(line.event);
      for (const tell of waiting) tell(line.event);
    }
  });
  const gone = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  const finished = gone.then(() => {
    if (outcome !== undefined) return outcome;
    throw new Error(
      `the build ended by ${child.signalCode ?? `exit status ${child.exitCode}`}\n${complaints}`,
    );
  });
  finished.catch(() => {});
  return {
    finished,
    saw: (wanted) =>
      new Promise((resolve, reject) => {
        const before = seen.find(wanted);
        if (before !== undefined) return resolve(before);
        const tell = (event: BuildEvent): void => {
          if (wanted(event)) resolve(event);
        };
        waiting.add(tell);
        gone.then(() => reject(new Error(`the build ended without it\n${complaints}`)), reject);
      }),
    kill: async (signal) => {
      child.kill(signal);
      await gone;
    },
  };
}
