import { join } from 'node:path';
import { fail } from '../../diagnostics/failure.ts';
import { digestOf } from '../../fingerprint/digest.ts';
import { emptyLock, type ImageLock } from '../../lock/image-lock.ts';
import {
  type ElementRequests,
  identityOfRequest,
  type LockRequest,
  matchLock,
} from '../../lock/lock-request.ts';
import { readLock } from '../../lock/read-lock.ts';
import { resolveLock } from '../../lock/resolve-lock.ts';
import { writeLock } from '../../lock/write-lock.ts';
import { type LockPlan, planLock } from '../../plan/plan-lock.ts';
import { lockFile } from '../../store/file-lock.ts';
import type { HeldProcess } from '../../util/start-process.ts';
import { withoutPassword } from '../../util/without-password.ts';
import { askElements, readLockFacts } from './ask-elements.ts';
import type { BuildRequest } from '../build-request.ts';
import { type DiskDraft, draftDisk } from '../artifacts/draft-disk.ts';
import { type TakenLock, takenFrom, withWatched } from './taken-lock.ts';
import { watchSources } from './watch-sources.ts';
import type { Workbench } from '../workbench.ts';

/** What of a request matters here. */
export type LockSubject = Pick<BuildRequest, 'image' | 'environment' | 'lockFile'>;

/**
 * Takes an image's lock as it is. What is asked for and stands not in it is looked up now and added, so that the first
 * build writes the lock; with `as it is`, it is left out.
 *
 * An image that has no lock file takes what is there now, and offline what it took last.
 */
export async function takeLock(
  bench: Workbench,
  subject: LockSubject,
  disk: Pick<DiskDraft, 'variables'>,
  gaps: 'fill' | 'as it is',
): Promise<TakenLock> {
  const plan = await planLockOf(subject, disk);
  if (plan === undefined) return takenFrom([], { packageIndexes: [] });
  const asked = await askElements(bench, plan);
  const { requests, watched } = splitRequests(asked, subject);
  const seen = await watchSources(bench, watched, plan.key);
  return withWatched(await takeLockable(bench, { subject, plan, requests }, gaps), seen);
}

/** Who fetches what: the lock says what Kiln fetches; what hooks fetch by themselves can only be watched. */
function splitRequests(
  asked: ElementRequests,
  { lockFile }: Pick<LockSubject, 'lockFile'>,
): { readonly requests: ElementRequests; readonly watched: readonly LockRequest[] } {
  // Whether apt found the locked index is checked after each step, so a lock can hold it all the same.
  const isWatched = (request: LockRequest): boolean =>
    request['fetched-by'] === 'hooks' && (request.kind !== 'apt' || lockFile === undefined);
  return {
    requests: { ...asked, lockable: asked.lockable.filter((request) => !isWatched(request)) },
    watched: asked.lockable.filter(isWatched),
  };
}

async function takeLockable(
  bench: Workbench,
  {
    subject,
    plan,
    requests,
  }: { readonly subject: LockSubject; readonly plan: LockPlan; readonly requests: ElementRequests },
  gaps: 'fill' | 'as it is',
): Promise<TakenLock> {
  if (subject.lockFile === undefined) return takeWithoutFile(bench, requests, plan.key);
  const { locked, missing } = matchLock(requests.lockable, (await readLock(subject.lockFile)) ?? emptyLock);
  if (missing.length === 0 || gaps === 'as it is') return takenFrom(locked, requests);
  const fresh = splitRequests(await askElements(bench, plan, 'fresh answers'), subject);
  return fillGaps(bench, subject.lockFile, fresh.requests);
}

/** What images ask to have locked, asked anew; those that put the same question are asked once. Each thing once. */
export async function askForLock(
  bench: Workbench,
  subjects: readonly LockSubject[],
): Promise<readonly LockRequest[]> {
  const answers = new Map<string, readonly LockRequest[]>();
  for (const subject of subjects) {
    const plan = await planLockOf(subject, draftDisk(subject.image, subject.environment));
    if (plan === undefined || answers.has(plan.key)) continue;
    const requests = splitRequests(await askElements(bench, plan, 'fresh answers'), subject).requests
      .lockable;
    refuseTwins(requests);
    answers.set(plan.key, requests);
  }
  const all = [...answers.values()].flat();
  return [...new Map(all.map((request) => [identityOfRequest(request), request])).values()];
}

async function planLockOf({ image, environment }: LockSubject, disk: Pick<DiskDraft, 'variables'>) {
  const sources = { user: environment, disk: disk.variables, epochSeconds: 0 };
  const variables = { ...environment, ...image.definition.environment };
  return planLock(image, sources, await readLockFacts(image.elements, variables));
}

/** Under the lock file's own lock: steps of one image may begin at once. */
async function fillGaps(bench: Workbench, file: string, requests: ElementRequests): Promise<TakenLock> {
  refuseTwins(requests.lockable);
  const held = await holdImageLock(bench, file);
  try {
    const lock = (await readLock(file)) ?? emptyLock;
    const { missing } = matchLock(requests.lockable, lock);
    const [first] = missing;
    if (first !== undefined && bench.fetching.network === 'offline')
      fail({ code: 'offline-and-not-cached', what: `${describeRequest(first)}, which is not locked` });
    if (first !== undefined) {
      const message = `looking up what the lock lacks: ${missing.map(describeRequest).join(', ')}`;
      bench.report({ type: 'note', message });
    }
    const found = await resolveLock(bench.fetching, missing, now());
    const filled: ImageLock = { formatVersion: 1, entries: [...lock.entries, ...found] };
    await writeLock(file, filled);
    for (const entry of found) bench.report({ type: 'note', message: `locked ${entry.kind} ${entry.name}` });
    return takenFrom(matchLock(requests.lockable, filled).locked, requests);
  } finally {
    await held.release();
  }
}

/** One process at a time changes an image's lock. */
export function holdImageLock(bench: Workbench, file: string): Promise<HeldProcess> {
  return lockFile(join(bench.store.paths.locks, `image-lock-${digestOf(file)}`), bench.signal);
}

async function takeWithoutFile(bench: Workbench, requests: ElementRequests, key: string): Promise<TakenLock> {
  refuseTwins(requests.lockable);
  const last = `lock ${key}`;
  if (bench.fetching.network === 'offline') {
    const kept = await bench.store.find<ImageLock>(last);
    const { locked, missing } = matchLock(requests.lockable, kept?.metadata ?? emptyLock);
    const [first] = missing;
    if (first !== undefined)
      fail({ code: 'offline-and-not-cached', what: `${describeRequest(first)}, as no build took it yet` });
    return takenFrom(locked, requests);
  }
  const lock: ImageLock = {
    formatVersion: 1,
    entries: await resolveLock(bench.fetching, requests.lockable, now()),
  };
  await bench.store.commitBytes(last, Buffer.from(JSON.stringify(lock)), lock);
  return takenFrom(matchLock(requests.lockable, lock).locked, requests);
}

/** Hooks find what was fetched by kind and name, so one name can stand for one thing only. */
function refuseTwins(requests: readonly LockRequest[]): void {
  const names = new Set<string>();
  for (const { kind, name } of requests) {
    if (names.has(`${kind} ${name}`)) fail({ code: 'lock-name-twice', kind, name });
    names.add(`${kind} ${name}`);
  }
}

function describeRequest(request: LockRequest): string {
  if (request.kind === 'apt') return `the package index '${request.name}'`;
  return `${request.kind} '${request.name}' (${withoutPassword(request.location)})`;
}

/** For `lockedAt`. */
export function now(): string {
  return new Date().toISOString();
}
