import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../diagnostics/failure.ts';
import { digestOf } from '../fingerprint/digest.ts';
import { lockFile } from '../store/file-lock.ts';
import { scratchPath } from '../store/scratch-path.ts';
import { runCommand, type CommandResult } from '../util/run-command.ts';
import { withoutPassword } from '../util/without-password.ts';
import { type Fetching, needNetwork, tryRepeatedly } from './fetching.ts';

/**
 * Git repositories are kept as bare mirrors, one a location, that only ever grow:
 *
 *     <store>/v1/caches/git/<SHA-256 of the location without password>.git
 *
 * A commit that was fetched is held by `refs/kiln/<commit>`, so git never prunes it. One process at a time changes a mirror (flock on
 * `<store>/v1/locks/git-<…>`); reading needs no lock. A new mirror appears by rename.
 */
export interface GitCommit {
  readonly location: string;
  /** The name by which the commit was found; a hint where to look for it. */
  readonly ref: string;
  readonly commit: string;
  /** A tag that is wanted beside it. */
  readonly tag?: string | undefined;
}

/** Path of the mirror of a location, whether it is there yet or not. */
export function mirrorPath(fetching: Pick<Fetching, 'store'>, location: string): string {
  return join(fetching.store.paths.caches, 'git', `${nameOf(location)}.git`);
}

/** Name of the ref that holds a commit in its mirror. */
export function holdingRef(commit: string): string {
  return `refs/kiln/${commit}`;
}

/** Has a commit in the mirror of its location, and returns the mirror's path. */
export async function fetchCommit(fetching: Fetching, wanted: GitCommit): Promise<string> {
  const mirror = mirrorPath(fetching, wanted.location);
  if (await isHeld(fetching, mirror, wanted)) return mirror;
  needNetwork(fetching, `commit ${wanted.commit} of ${withoutPassword(wanted.location)}`);
  const lock = await lockFile(
    join(fetching.store.paths.locks, `git-${nameOf(wanted.location)}`),
    fetching.signal,
  );
  try {
    await initialise(fetching, mirror);
    if (!(await isHeld(fetching, mirror, wanted))) await fetchInto(fetching, mirror, wanted);
    return mirror;
  } finally {
    await lock.release();
  }
}

/** Fetches all branches and tags, and finds the commit that a name has in the mirror: for names that `ls-remote` does not tell. */
export async function findInMirror(
  fetching: Fetching,
  location: string,
  ref: string,
): Promise<string | undefined> {
  const mirror = mirrorPath(fetching, location);
  const lock = await lockFile(join(fetching.store.paths.locks, `git-${nameOf(location)}`), fetching.signal);
  try {
    await initialise(fetching, mirror);
    await fetchRefs(fetching, mirror, { location, refs: branchesAndTags });
    const found = await git(fetching, mirror, ['rev-parse', '--quiet', '--verify', `${ref}^{commit}`]);
    return found.ok ? found.stdout.trim() : undefined;
  } finally {
    await lock.release();
  }
}

/** When a commit of a mirror was made (ISO 8601, UTC), and the last tag before it, if there is one. */
export async function describeCommit(
  fetching: Fetching,
  mirror: string,
  commit: string,
): Promise<{ readonly date: string; readonly tag: string | undefined }> {
  const told = await git(fetching, mirror, ['show', '--no-patch', '--format=%ct', commit]);
  const tag = await git(fetching, mirror, ['describe', '--tags', '--abbrev=0', commit]);
  return {
    date: new Date(Number(told.stdout.trim()) * 1000).toISOString(),
    tag: tag.ok ? tag.stdout.trim() : undefined,
  };
}

/** Commits that one end of a range has and the other lacks, newest first, as `<short hash> <subject>`. */
export async function commitsBetween(
  fetching: Fetching,
  mirror: string,
  range: { readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  const told = await git(fetching, mirror, ['log', '--format=%h %s', `${range.from}..${range.to}`]);
  return told.ok ? told.stdout.split('\n').filter((line) => line !== '') : [];
}

const branchesAndTags = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

/** First the commit alone, with what leads to it and the tags on the way; where a server refuses that, the named ref, then all. */
async function fetchInto(fetching: Fetching, mirror: string, wanted: GitCommit): Promise<void> {
  const { location, ref, commit, tag } = wanted;
  const shown = withoutPassword(location);
  const started = performance.now();
  fetching.report({ type: 'note', message: `fetching ${shown} (${commit.slice(0, 12)})` });
  const tags = tag === undefined ? [] : [`+refs/tags/${tag}:refs/tags/${tag}`];
  const direct = ['fetch', '--quiet', location, `+${commit}:${holdingRef(commit)}`, ...tags];
  if (!(await git(fetching, mirror, direct)).ok) {
    fetching.signal?.throwIfAborted();
    const named = ref.startsWith('refs/') ? [`+${ref}:${ref}`] : [];
    await fetchRefs(fetching, mirror, { location, refs: [...branchesAndTags, ...named] });
    await git(fetching, mirror, ['update-ref', holdingRef(commit), commit]);
  }
  if (!(await isHeld(fetching, mirror, wanted))) {
    const what =
      tag === undefined ? `the commit ${commit} (${ref})` : `the commit ${commit} (${ref}, ${tag})`;
    fail({ code: 'source-gone', location: shown, what });
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  fetching.report({ type: 'note', message: `fetched ${shown} in ${seconds} s` });
}

async function fetchRefs(
  fetching: Fetching,
  mirror: string,
  wanted: { readonly location: string; readonly refs: readonly string[] },
): Promise<void> {
  const command = [
    'git',
    ...gitOptions(mirror),
    'fetch',
    '--quiet',
    wanted.location,
    ...wanted.refs,
  ] as const;
  await tryRepeatedly(fetching, { location: wanted.location, command, isFinal: isFinalForGit });
}

/** Git has one exit status for everything; these words mean that another try would end alike. */
export function isFinalForGit({ stderr }: Pick<CommandResult, 'stderr'>): boolean {
  return /not found|does not exist|does not appear to be a git repository|Authentication failed|Permission denied|could not read (Username|Password)|couldn't find remote ref/.test(
    stderr,
  );
}

async function initialise(fetching: Fetching, mirror: string): Promise<void> {
  if (existsSync(mirror)) return;
  const fresh = scratchPath(fetching.store.paths.work, 'mirror');
  const made = await git(fetching, fresh, ['init', '--quiet', '--bare', '--template=', fresh]);
  if (!made.ok)
    fail({ code: 'command-failed', command: 'git init', status: made.status, output: made.stderr });
  await mkdir(dirname(mirror), { recursive: true });
  await rename(fresh, mirror);
}

/** The ref stands only once all that leads to the commit is there: git writes it last. */
async function isHeld(fetching: Fetching, mirror: string, { commit, tag }: GitCommit): Promise<boolean> {
  const names = [holdingRef(commit), ...(tag === undefined ? [] : [`refs/tags/${tag}`])];
  for (const name of names) {
    const found = await git(fetching, mirror, ['rev-parse', '--quiet', '--verify', `${name}^{commit}`]);
    if (!found.ok || (name === names[0] && found.stdout.trim() !== commit)) return false;
  }
  return true;
}

/** The mirror may belong to another user than this process runs as, which git refuses unless told. */
function gitOptions(mirror: string): readonly string[] {
  return ['--git-dir', mirror, '-c', 'safe.directory=*', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];
}

function git(fetching: Fetching, mirror: string, args: readonly string[]): Promise<CommandResult> {
  const { environment: env, signal } = fetching;
  return runCommand({ file: 'git', args: [...gitOptions(mirror), ...args], env, signal });
}

function nameOf(location: string): string {
  return digestOf(withoutPassword(location));
}
