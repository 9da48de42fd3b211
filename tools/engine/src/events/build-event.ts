import type { Failure } from '../diagnostics/failure.ts';

/** How a step got its result: made now, taken from the content store, or resumed from a checkpoint and made. */
export type Origin = 'run' | 'restored' | 'resumed';

/** Something that a reporter may show. Events say what happens, never how to print it; durations are in milliseconds. */
export type BuildEvent =
  | { readonly type: 'planned'; readonly steps: readonly string[] }
  | {
      readonly type: 'step-started';
      readonly step: string;
      readonly hookCount: number;
      /** As the last runs have it. */
      readonly expectedMs?: number;
      /** The last hook that a checkpoint saves, and how many it saves. */
      readonly resumesAfter?: { readonly hook: string; readonly count: number };
    }
  | {
      readonly type: 'step-finished';
      readonly step: string;
      readonly origin: Origin;
      readonly durationMs: number;
      readonly sizeBytes?: number;
    }
  | {
      readonly type: 'hook-started';
      readonly step: string;
      readonly hook: string;
      readonly element: string;
      readonly index: number;
      readonly count: number;
    }
  | { readonly type: 'hook-output'; readonly step: string; readonly hook: string; readonly line: string }
  | {
      readonly type: 'hook-finished';
      readonly step: string;
      readonly hook: string;
      readonly element: string;
      readonly durationMs: number;
      readonly ok: boolean;
    }
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'warning'; readonly failure: Failure }
  | {
      readonly type: 'artifact';
      readonly format: string;
      readonly file: string;
      readonly sizeBytes: number;
      readonly digest: string;
      readonly origin: Origin;
      /** The file was there already, whole. */
      readonly inPlace?: boolean;
    };

/** Receives events as they happen. Must not throw. */
export type Report = (event: BuildEvent) => void;
