import { fail } from '../../diagnostics/failure.ts';
import type { LockedThing } from '../../lock/lock-request.ts';
import { fetchAptIndex } from '../../sources/fetch-apt-index.ts';
import { fetchFile, findFetched } from '../../sources/fetch-file.ts';
import type { Fetching } from '../../sources/fetching.ts';
import { fetchCommit } from '../../sources/git-mirror.ts';
import { withoutPassword } from '../../util/without-password.ts';

/** A file or folder of the host, and where hooks find it below `$KILN_SOURCES`. */
export interface SourcePlace {
  readonly from: string;
  readonly path: string;
}

/** Has a locked thing on this host, from the store or from where it is; fails with 'lock-moved' where it is another one there. */
export async function provideSource(
  fetching: Fetching,
  { request, entry }: LockedThing,
): Promise<readonly SourcePlace[]> {
  const path = `${request.kind}/${request.name}`;
  if (request.kind === 'apt' && entry.kind === 'apt') {
    const files = await fetchAptIndex(fetching, { ...request, digest: entry.digest });
    return files.map(({ path: inside, file }) => ({ from: file, path: `${path}/${inside}` }));
  }
  if (request.kind === 'git' && entry.kind === 'git') {
    const { location, ref } = request;
    const mirror = await fetchCommit(fetching, { location, ref, commit: entry.commit, tag: entry.tag });
    return [{ from: mirror, path: `${path}/repository` }];
  }
  if (request.kind === 'apt' || request.kind === 'git' || entry.kind === 'apt' || entry.kind === 'git')
    return [];
  const found = (await findFetched(fetching, entry.digest)) ?? (await fetchFile(fetching, request.location));
  if (found.digest !== entry.digest) {
    const url = withoutPassword(request.location);
    fail({ code: 'lock-moved', name: `${request.kind} '${request.name}'`, url });
  }
  return [{ from: found.path, path }];
}
