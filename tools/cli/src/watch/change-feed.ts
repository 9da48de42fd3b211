import { watch as watchFiles } from 'chokidar';

/** Tells of changed files, a burst of saves as one change. */
export interface ChangeFeed {
  /** Settles with the files that changed, once no more came for a moment; those since the last call count too. */
  readonly next: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Watches these folders and files from now on, and no others. The first time it settles when all are watched. */
  readonly setPaths: (paths: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How long nothing may change for a burst of saves to be over. */
export const settleMs = 150;

/**
 * Watches files through the operating system's notifications. Changed modes count; a file that is written anew with the
 * same bytes does too.
 *
 * @param counts whether a path is of interest.
 */
export function createChangeFeed(counts: (path: string) => boolean): ChangeFeed {
  const burst = createBurst(settleMs);
  const watcher = watchFiles([], { ignoreInitial: true, ignored: (path) => !counts(path) });
  let isReady = false;
  watcher.on('all', (_event, path) => {
    if (counts(path)) burst.add(path);
  });
  // A folder that vanished while it was looked at; what is left of it is told of by other events.
  watcher.on('error', () => {});
  const watched = new Set<string>();
  return {
    next: burst.next,
    setPaths: async (paths) => {
      const wanted = new Set(paths);
      const gone = [...watched].filter((path) => !wanted.has(path));
      const fresh = paths.filter((path) => !watched.has(path));
      for (const path of gone) watched.delete(path);
      for (const path of fresh) watched.add(path);
      if (gone.length > 0) watcher.unwatch(gone);
      if (fresh.length === 0) return;
      const ready = new Promise<void>((resolve) => void watcher.once('ready', resolve));
      watcher.add(fresh);
      // It is said once in a watcher's life.
      if (!isReady) await ready;
      isReady = true;
    },
    close: () => watcher.close(),
  };
}

/** Things that come in bursts. */
export interface Burst {
  readonly add: (item: string) => void;
  readonly next: (signal: AbortSignal) => Promise<readonly string[]>;
}

/** Collects what is added until nothing more came for a while; each thing once, in order. */
export function createBurst(quietMs: number): Burst {
  const pending = new Set<string>();
  let lastAt = 0;
  let wake: (() => void) | undefined;
  return {
    add: (item) => {
      pending.add(item);
      lastAt = performance.now();
      wake?.();
    },
    next: (signal) =>
      new Promise((resolve, reject) => {
        let timer: NodeJS.Timeout | undefined;
        const end = (): void => {
          clearTimeout(timer);
          wake = undefined;
          signal.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          end();
          reject(signal.reason as Error);
        };
        const look = (): void => {
          clearTimeout(timer);
          if (pending.size === 0) return;
          const quietFor = performance.now() - lastAt;
          if (quietFor < quietMs) {
            timer = setTimeout(look, quietMs - quietFor);
            return;
          }
          end();
          const items = [...pending];
          pending.clear();
          resolve(items);
        };
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort);
        wake = look;
        look();
      }),
  };
}
