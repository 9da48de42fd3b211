import type { Report } from '../events/build-event.ts';
import type { LockedThing } from '../lock/lock-request.ts';
import type { Privilege } from '../sandbox/privilege.ts';
import type { Fetching } from '../sources/fetching.ts';
import type { ContentStore } from '../store/content-store.ts';
import type { Runner } from '../util/runner.ts';
import type { BreakSession } from './shell/break-points.ts';
import type { BuildSubject, CheckpointPolicy } from './build-request.ts';
import type { WorkingMemory } from './working-memory.ts';

/** What every step has at hand while it is executed. */
export interface Workbench {
  readonly store: ContentStore;
  readonly privilege: Privilege;
  /** Which image is built, where that is known. */
  readonly subject: BuildSubject | undefined;
  /** Runs commands as root on the host. Is not cancelled: what it does, above all, is to clear up. */
  readonly asRoot: Runner;
  readonly report: Report;
  /** Folder for the logs of hooks: `<step>/<hook>.log`. */
  readonly logDirectory: string;
  readonly signal: AbortSignal | undefined;
  readonly checkpoints: CheckpointPolicy;
  /** DIB_IMAGE_CACHE as the host sees it: shared by all builds, and written to by hooks as they like. */
  readonly imageCache: string;
  /** Undefined where the build stops nowhere. */
  readonly breaks: BreakSession | undefined;
  /** Whether steps work in memory. */
  readonly memory: WorkingMemory;
  /** How the outside world is reached. */
  readonly fetching: Fetching;
  /** What of the outside world goes into the image. */
  readonly locked: readonly LockedThing[];
  /** Python package indexes that hooks are to reach by way of the store. */
  readonly packageIndexes: readonly string[];
}
