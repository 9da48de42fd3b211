import type { Report } from '../events/build-event.ts';
import type { Privilege } from '../sandbox/privilege.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { Runner } from '../util/runner.ts';

/**
 * When to take checkpoints: where they pay, or after every hook, which costs more now and less when the next change comes
 * (and lets tests do with hooks that take no time).
 */
export type CheckpointPolicy = 'where-they-pay' | 'after-every-hook';

/** What every step has at hand while it is executed. */
export interface Workbench {
  readonly store: ContentStore;
  readonly privilege: Privilege;
  /** Runs commands as root on the host. */
  readonly asRoot: Runner;
  readonly report: Report;
  /** Folder for the logs of hooks: `<step>/<hook>.log`. */
  readonly logDirectory: string;
  readonly signal: AbortSignal | undefined;
  readonly checkpoints: CheckpointPolicy;
}
