import type { Failure } from './failure.ts';

/** A value, or every problem that stood in its way. Warnings come with both. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Failure[] }
  | { readonly ok: false; readonly failures: readonly Failure[] };
