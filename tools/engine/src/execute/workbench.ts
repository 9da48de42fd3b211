import type { Report } from '../events/build-event.ts';
import type { Privilege } from '../sandbox/privilege.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { Runner } from '../util/runner.ts';

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
}
