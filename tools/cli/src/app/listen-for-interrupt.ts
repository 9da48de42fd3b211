/** Aborts with the first Ctrl-C or request to end, also when the process that started this one is gone. */
export interface Interrupt {
  readonly signal: AbortSignal;
  readonly close: () => void;
}

/** Listens until it is closed; meanwhile a signal does not end the process. */
export function listenForInterrupt(): Interrupt {
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  // Not `once`: a listener that is gone when that of another module looks counts as none, and the process would be ended.
  process.on('SIGINT', stop).on('SIGTERM', stop).on('disconnect', stop);
  return {
    signal: interrupt.signal,
    close: () => void process.off('SIGINT', stop).off('SIGTERM', stop).off('disconnect', stop),
  };
}
