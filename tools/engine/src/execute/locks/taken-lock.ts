import { digestOf } from '../../fingerprint/digest.ts';
import { pinOf } from '../../lock/image-lock.ts';
import type { ElementRequests, LockedThing } from '../../lock/lock-request.ts';
import type { PlanSources } from '../../plan/plan-sources.ts';
import type { WatchedSource } from './watch-sources.ts';

/** The outside world as a build takes it in. */
export interface TakenLock {
  readonly things: readonly LockedThing[];
  /** What enters the keys, by step. */
  readonly inputs: PlanSources['locked'];
  /** The date of the newest package index; where there is none, the same for all. Seconds since 1970. */
  readonly epochSeconds: number;
  /** Addresses of package indexes that hooks are to reach. */
  readonly packageIndexes: readonly string[];
}

/** 2025-01-01 */
const epochWithoutIndexes = 1735689600;

/** What locked things mean for a build. */
export function takenFrom(
  things: readonly LockedThing[],
  { packageIndexes }: Pick<ElementRequests, 'packageIndexes'>,
): TakenLock {
  const inputs: Record<string, Record<string, string>> = {};
  let epochSeconds = 0;
  for (const { request, entry } of things) {
    const ofStep = (inputs[request.step] ??= {});
    ofStep[`${entry.kind} ${entry.name}`] = pinOf(entry);
    // The image keeps its sources' addresses. Only as a digest: there may be a password in it.
    if (request.kind === 'apt') ofStep[`apt ${entry.name}, address`] = digestOf(request.url);
    if (entry.kind === 'apt') epochSeconds = Math.max(epochSeconds, Date.parse(entry.date) / 1000);
  }
  if (epochSeconds === 0) epochSeconds = epochWithoutIndexes;
  return { things, inputs, epochSeconds, packageIndexes };
}

/** What is watched counts in the step that takes it in, as what is locked does. */
export function withWatched(taken: TakenLock, watched: readonly WatchedSource[]): TakenLock {
  const inputs: Record<string, Record<string, string>> = { ...taken.inputs };
  for (const { request, pin } of watched) {
    const { kind, name, step } = request;
    inputs[step] = { ...inputs[step], [`${kind} ${name}, as the hooks find it`]: pin };
  }
  const dates = watched.flatMap(({ date }) => (date === undefined ? [] : [Date.parse(date) / 1000]));
  const known = taken.things.some(({ entry }) => entry.kind === 'apt') ? [taken.epochSeconds] : [];
  const newest = Math.max(...dates, ...known);
  return { ...taken, inputs, epochSeconds: Number.isFinite(newest) ? newest : taken.epochSeconds };
}
