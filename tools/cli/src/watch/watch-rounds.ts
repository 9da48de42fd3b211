/** One build of a watch, as it ended. */
export interface Round {
  readonly number: number;
  /** What set it off; empty for the first. */
  readonly changed: readonly string[];
  /** 'overtaken': a newer change came, so it was cancelled. */
  readonly ended: 'done' | 'failed' | 'overtaken';
  readonly durationMs: number;
}

/** What a watch consists of. */
export interface Rounds {
  /** Settles with what changed. */
  readonly next: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly build: (changed: readonly string[], signal: AbortSignal) => Promise<'done' | 'failed'>;
  readonly onEnd: (round: Round) => void;
  /** After a failed build, until something changes: something to do for who wants to look. */
  readonly offer?: (signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
}

/**
 * Builds at once, and again after each change, until it is interrupted. A change that comes while a build is at work
 * cancels it; the next one begins when it has cleared up.
 */
export async function watchRounds(rounds: Rounds, interrupt: AbortSignal): Promise<void> {
  let changed: readonly string[] = [];
  for (let number = 1; !interrupt.aborted; number += 1) {
    const overtaken = new AbortController();
    const next = rounds.next(interrupt).then(
      (paths) => {
        overtaken.abort();
        return paths;
      },
      () => [],
    );
    const signal = AbortSignal.any([interrupt, overtaken.signal]);
    const started = rounds.now();
    const result = await rounds.build(changed, signal);
    if (interrupt.aborted) return;
    const ended = overtaken.signal.aborted ? 'overtaken' : result;
    rounds.onEnd({ number, changed, ended, durationMs: rounds.now() - started });
    if (ended === 'failed') await rounds.offer?.(signal);
    changed = await next;
  }
}
