import type { Failure } from '@kiln/engine/diagnostics/failure.ts';

/** How a build ended, as a reporter is told. */
export type BuildOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failures: readonly Failure[] }
  | { readonly kind: 'cancelled' };
