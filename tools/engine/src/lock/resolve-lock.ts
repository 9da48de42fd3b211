import { readFile } from 'node:fs/promises';
import { parseRelease } from '../sources/fetch-apt-index.ts';
import { fetchFile } from '../sources/fetch-file.ts';
import { fetchLimit, type Fetching } from '../sources/fetching.ts';
import { describeCommit, fetchCommit } from '../sources/git-mirror.ts';
import { resolveGitRef } from '../sources/resolve-git-ref.ts';
import { fail } from '../diagnostics/failure.ts';
import { mapLimited } from '../util/map-limited.ts';
import { withoutPassword } from '../util/without-password.ts';
import type { AptEntry, FileEntry, GitEntry, LockEntry } from './image-lock.ts';
import type { AptRequest, FileRequest, GitRequest, LockRequest } from './lock-request.ts';

/**
 * Asks the outside world what is there now: one entry a request, in their order, several at once.
 *
 * What is looked at is kept: a build with these entries need not ask again. @param now ISO 8601, for `lockedAt`.
 */
export function resolveLock(
  fetching: Fetching,
  requests: readonly LockRequest[],
  now: string,
): Promise<readonly LockEntry[]> {
  return mapLimited(requests, fetchLimit, async (request): Promise<LockEntry> => {
    if (request.kind === 'apt') return resolveApt(fetching, request, now);
    if (request.kind === 'git') return resolveGit(fetching, request, now);
    return resolveFile(fetching, request, now);
  });
}

async function resolveApt(fetching: Fetching, request: AptRequest, now: string): Promise<AptEntry> {
  const { digest, path } = await fetchFile(fetching, request.url);
  const { date } = parseRelease(await readFile(path, 'utf8'));
  const { name, url } = request;
  if (date === undefined)
    fail({ code: 'source-unreachable', url: withoutPassword(url), reason: 'what came is no InRelease file' });
  return { kind: 'apt', name, digest, date, lockedAt: now };
}

async function resolveGit(fetching: Fetching, request: GitRequest, now: string): Promise<GitEntry> {
  const { name, location, ref } = request;
  const commit = await resolveGitRef(fetching, location, ref);
  const mirror = await fetchCommit(fetching, { location, ref, commit });
  const { date, tag } = await describeCommit(fetching, mirror, commit);
  const found = { location: withoutPassword(location), ref, commit, ...(tag === undefined ? {} : { tag }) };
  return { kind: 'git', name, ...found, date, lockedAt: now };
}

async function resolveFile(fetching: Fetching, request: FileRequest, now: string): Promise<FileEntry> {
  const { kind, name, location } = request;
  const { digest, sizeBytes } = await fetchFile(fetching, location);
  return { kind, name, location: withoutPassword(location), digest, sizeBytes, lockedAt: now };
}
