import { BuildFailure } from '../../diagnostics/failure.ts';
import { identityOfRequest, type LockRequest } from '../../lock/lock-request.ts';
import { fetchLimit } from '../../sources/fetching.ts';
import { lookUpSource, type SeenSource } from '../../lock/look-up-source.ts';
import { mapLimited } from '../../util/map-limited.ts';
import type { Workbench } from '../workbench.ts';

/** A thing that hooks fetch by themselves, and what it is now. */
export interface WatchedSource {
  readonly request: LockRequest;
  readonly pin: string;
  /** ISO 8601, of a package index. */
  readonly date: string | undefined;
}

/** What was seen by the last build that asked the same question, by identity. */
type Seen = Readonly<Record<string, SeenSource>>;

/**
 * Looks up what hooks will fetch by themselves, several at once, so that it stands in the keys: what did not move is restored, and
 * what moved is built anew, as by diskimage-builder.
 *
 * Offline it is what it was last. What cannot be looked up is told, and gets a pin that never comes again: hooks may reach it
 * where Kiln cannot, and nothing of it may be restored. @param key of the question, for remembering.
 */
export async function watchSources(
  bench: Workbench,
  requests: readonly LockRequest[],
  key: string,
): Promise<readonly WatchedSource[]> {
  if (requests.length === 0) return [];
  const index = `seen ${key}`;
  const last = (await bench.store.find<Seen>(index))?.metadata ?? {};
  const isOffline = bench.fetching.network === 'offline';
  const now: Record<string, SeenSource> = {};
  const watched = await mapLimited(requests, fetchLimit, async (request): Promise<WatchedSource> => {
    const identity = identityOfRequest(request);
    const before = last[identity];
    if (isOffline) return { request, pin: before?.pin ?? 'never looked up', date: before?.date };
    const found = await lookUp(bench, request, before);
    if (typeof found !== 'string') now[identity] = found;
    return typeof found === 'string'
      ? { request, pin: found, date: before?.date }
      : { request, pin: found.pin, date: found.date };
  });
  const changed = Object.entries(now).some(([identity, { pin }]) => last[identity]?.pin !== pin);
  if (changed) {
    const seen: Seen = { ...last, ...now };
    await bench.store.commitBytes(index, Buffer.from(JSON.stringify(seen)), seen);
  }
  return watched;
}

async function lookUp(
  bench: Workbench,
  request: LockRequest,
  before: SeenSource | undefined,
): Promise<SeenSource | string> {
  try {
    return await lookUpSource(bench.fetching, request, before);
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    for (const failure of error.failures) bench.report({ type: 'warning', failure });
    return `not known on ${new Date().toISOString()}`;
  }
}
