import { fail } from '../diagnostics/failure.ts';
import { withoutPassword } from '../util/without-password.ts';
import { type Fetching, needNetwork, tryRepeatedly } from './fetching.ts';
import { findInMirror, isFinalForGit } from './git-mirror.ts';

/**
 * The commit that a name has in a repository now: a branch, tag, commit, `refs/…`, or `*` for the default branch.
 *
 * Names are looked up in git's own order (gitrevisions(7)): as they stand, then as a tag, then as a branch. A whole commit is itself.
 */
export async function resolveGitRef(fetching: Fetching, location: string, ref: string): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref;
  needNetwork(fetching, `${withoutPassword(location)} at '${ref}'`);
  const told = await tryRepeatedly(fetching, {
    location,
    command: ['git', '-c', 'safe.directory=*', 'ls-remote', '--quiet', location],
    isFinal: isFinalForGit,
  });
  const commits = new Map(
    told.stdout.split('\n').flatMap((line): readonly [string, string][] => {
      const [commit = '', name] = line.split('\t');
      return name === undefined ? [] : [[name, commit]];
    }),
  );
  for (const name of candidates(ref)) {
    const commit = commits.get(name);
    if (commit !== undefined) return commit;
  }
  // What is left is the beginning of a commit's hash.
  const found = /^[0-9a-f]{7,39}$/.test(ref) ? await findInMirror(fetching, location, ref) : undefined;
  return found ?? fail({ code: 'source-gone', location: withoutPassword(location), what: `a ref '${ref}'` });
}

function candidates(ref: string): readonly string[] {
  if (ref === '*') return ['HEAD'];
  // An annotated tag is an object of its own; `^{}` is the commit that it names.
  return [ref, `refs/${ref}`, `refs/tags/${ref}`, `refs/heads/${ref}`].flatMap((name) => [
    `${name}^{}`,
    name,
  ]);
}
