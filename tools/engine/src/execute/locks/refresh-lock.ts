import type { ResolvedImage } from '../../elements/resolved-image.ts';
import { type CommitList, compareLocks, type LockChange } from '../../lock/compare-locks.ts';
import { emptyLock, identityOf, type ImageLock, type LockEntry, pinOf } from '../../lock/image-lock.ts';
import { identityOfRequest, type LockRequest, matchLock } from '../../lock/lock-request.ts';
import { readLock } from '../../lock/read-lock.ts';
import { resolveLock } from '../../lock/resolve-lock.ts';
import { writeLock } from '../../lock/write-lock.ts';
import { commitsBetween, mirrorPath } from '../../sources/git-mirror.ts';
import type { BuildRequest } from '../build-request.ts';
import { draftDisk } from '../artifacts/draft-disk.ts';
import { withWorkbench } from '../prepare-build.ts';
import { askForLock, holdImageLock, now, takeLock } from './take-lock.ts';
import type { Workbench } from '../workbench.ts';

/** Which lock is to be refreshed: that of an image, which may have several forms. */
export interface LockRefresh extends Omit<BuildRequest, 'image' | 'lockFile'> {
  /** Forms whose things are locked in any case. */
  readonly images: readonly ResolvedImage[];
  /** Forms whose things stay locked where they were: nobody need fetch what nobody builds. */
  readonly others: readonly ResolvedImage[];
  readonly lockFile: string;
}

/** How a lock differs from what is there now, and what it would be. */
export interface RefreshedLock {
  readonly changes: readonly (LockChange & { readonly commits: CommitList | undefined })[];
  readonly lock: ImageLock;
}

/** Asks the outside world what is there now, and with `write` takes it into the lock. Entries that stand keep their times. */
export async function refreshLock(refresh: LockRefresh, take: 'write' | 'check'): Promise<RefreshedLock> {
  return withWorkbench(refresh, async (bench) => {
    const { lockFile } = refresh;
    const known = (await readLock(lockFile)) ?? emptyLock;
    const requests = await requestsOf(bench, refresh, known);
    const found = await resolveLock(bench.fetching, requests, now());
    const held = await holdImageLock(bench, lockFile);
    try {
      const before = (await readLock(lockFile)) ?? emptyLock;
      const lock: ImageLock = { formatVersion: 1, entries: found.map((entry) => sameOrNew(before, entry)) };
      const changes = await Promise.all(
        compareLocks(before, lock).map(async (change) => ({
          ...change,
          commits: await commitsOf(bench, change, requests),
        })),
      );
      if (take === 'write') await writeLock(lockFile, lock);
      return { changes, lock };
    } finally {
      await held.release();
    }
  });
}

/** Looks up what the lock of an image lacks and adds it. An image that asks for nothing gets an empty lock. */
export async function completeLock(request: BuildRequest): Promise<void> {
  await withWorkbench(request, async (bench) => {
    await takeLock(bench, request, draftDisk(request.image, request.environment), 'fill');
    if (request.lockFile !== undefined && (await readLock(request.lockFile)) === undefined)
      await writeLock(request.lockFile, emptyLock);
  });
}

async function requestsOf(
  bench: Workbench,
  { images, others, environment, lockFile }: LockRefresh,
  known: ImageLock,
): Promise<readonly LockRequest[]> {
  const subjects = (all: readonly ResolvedImage[]) => all.map((image) => ({ image, environment, lockFile }));
  const wanted = await askForLock(bench, subjects(images));
  const possible = await askForLock(bench, subjects(others));
  const identities = new Set(wanted.map(identityOfRequest));
  const kept = matchLock(possible, known).locked.map(({ request }) => request);
  return [...wanted, ...kept.filter((request) => !identities.has(identityOfRequest(request)))];
}

function sameOrNew(before: ImageLock, entry: LockEntry): LockEntry {
  const old = before.entries.find((candidate) => identityOf(candidate) === identityOf(entry));
  return old !== undefined && pinOf(old) === pinOf(entry) ? old : entry;
}

const mostCommits = 20;

async function commitsOf(
  bench: Workbench,
  { before, now: after }: LockChange,
  requests: readonly LockRequest[],
): Promise<CommitList | undefined> {
  if (before?.kind !== 'git' || after?.kind !== 'git') return undefined;
  const request = requests.find((candidate) => identityOfRequest(candidate) === identityOf(after));
  if (request?.kind !== 'git') return undefined;
  const mirror = mirrorPath(bench.fetching, request.location);
  const range = { from: before.commit, to: after.commit };
  const subjects = await commitsBetween(bench.fetching, mirror, range);
  return { subjects: subjects.slice(0, mostCommits), more: Math.max(0, subjects.length - mostCommits) };
}
