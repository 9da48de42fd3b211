import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BuildEvent } from '../../src/events/build-event.ts';
import { BuildFailure, type Failure } from '../../src/diagnostics/failure.ts';
import { type Fetching, transportEnvironment } from '../../src/sources/fetching.ts';
import { ContentStore } from '../../src/store/content-store.ts';
import { prepareStorePaths } from '../../src/store/store-paths.ts';

/** A temporary folder; gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-sources-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store of its own, no real waiting, and a record of what was said and waited for. */
export interface FetchingRecord extends Fetching {
  readonly waits: readonly number[];
  readonly events: readonly BuildEvent[];
}

/** Everything that fetching needs, in a temporary folder. */
export async function openFetching(folder?: string): Promise<FetchingRecord> {
  const root = folder ?? (await temporaryFolder());
  const waits: number[] = [];
  const events: BuildEvent[] = [];
  return {
    store: new ContentStore(await prepareStorePaths(join(root, 'store'))),
    network: 'online',
    environment: transportEnvironment({}),
    report: (event) => events.push(event),
    wait: async (milliseconds) => void waits.push(milliseconds),
    waits,
    events,
  };
}

/** The failures that a piece of work ends with; throws where it ends well. */
export async function failuresOf(work: Promise<unknown>): Promise<readonly Failure[]> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BuildFailure) return error.failures;
  throw error ?? new Error('it ended well');
}
