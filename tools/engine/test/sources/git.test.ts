import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGitUpstream, type GitUpstream } from '@kiln/testkit/rig/git-upstream.ts';
import { describe, expect, it } from 'vitest';
import { commitsBetween, describeCommit, fetchCommit, holdingRef } from '../../src/sources/git-mirror.ts';
import { resolveGitRef } from '../../src/sources/resolve-git-ref.ts';
import { plainEnvironment, runCommand } from '../../src/util/run-command.ts';
import { failuresOf, openFetching, temporaryFolder, type FetchingRecord } from './fetching-fixture.ts';

interface Prepared {
  readonly folder: string;
  readonly upstream: GitUpstream;
  readonly fetching: FetchingRecord;
  readonly first: string;
  readonly second: string;
}

async function prepare(): Promise<Prepared> {
  const folder = await temporaryFolder();
  const upstream = await createGitUpstream(join(folder, 'upstream'));
  const first = await upstream.commit({ a: '1' }, 'First');
  await upstream.git('tag', '--annotate', '--message', 'one', '1.0');
  await upstream.git('branch', 'stable');
  const second = await upstream.commit({ a: '2' }, 'Second');
  return { folder, upstream, fetching: await openFetching(folder), first, second };
}

describe('resolveGitRef', () => {
  it('finds branches, tags, commits, refs and the default branch', async () => {
    const { upstream, fetching, first, second } = await prepare();
    await upstream.git('update-ref', 'refs/changes/1/1/1', first);
    const resolve = (ref: string): Promise<string> => resolveGitRef(fetching, upstream.location, ref);
    expect(await resolve('main')).toBe(second);
    expect(await resolve('stable')).toBe(first);
    expect(await resolve('1.0'), 'the commit, not the tag').toBe(first);
    expect(await resolve('refs/changes/1/1/1')).toBe(first);
    expect(await resolve('refs/heads/stable')).toBe(first);
    expect(await resolve('heads/stable')).toBe(first);
    expect(await resolve('*')).toBe(second);
    expect(await resolve(first.slice(0, 9)), 'the beginning of a hash').toBe(first);
  });

  it('goes by tag before branch, as git does', async () => {
    const { upstream, fetching, first } = await prepare();
    await upstream.git('tag', 'main', first);
    expect(await resolveGitRef(fetching, upstream.location, 'main')).toBe(first);
  });

  it('needs no repository for a whole commit, and a network for all else', async () => {
    const { upstream, first, fetching } = await prepare();
    const offline = { ...fetching, network: 'offline' } as const;
    expect(await resolveGitRef(offline, upstream.location, first)).toBe(first);
    expect(await failuresOf(resolveGitRef(offline, upstream.location, 'main'))).toEqual([
      { code: 'offline-and-not-cached', what: `${upstream.location} at 'main'` },
    ]);
  });

  it('says that there is no such ref, and no such repository', async () => {
    const { upstream, fetching, folder } = await prepare();
    expect(await failuresOf(resolveGitRef(fetching, upstream.location, 'mian'))).toEqual([
      { code: 'source-gone', location: upstream.location, what: "a ref 'mian'" },
    ]);
    expect(await failuresOf(resolveGitRef(fetching, join(folder, 'none'), 'main'))).toMatchObject([
      { code: 'source-unreachable' },
    ]);
    expect(fetching.waits, 'a repository that is not there will not come').toEqual([]);
  });
});

describe('fetchCommit', () => {
  const refsOf = async (mirror: string): Promise<readonly string[]> => {
    const args = ['--git-dir', mirror, 'for-each-ref', '--format=%(refname)'];
    return (await runCommand({ file: 'git', args, env: plainEnvironment })).stdout.split('\n');
  };

  it('fetches the commit with what leads to it and its tags, and no more', async () => {
    const { upstream, fetching, first } = await prepare();
    const mirror = await fetchCommit(fetching, { location: upstream.location, ref: 'stable', commit: first });
    expect(await refsOf(mirror)).toEqual([holdingRef(first), 'refs/tags/1.0']);
    expect(await describeCommit(fetching, mirror, first)).toEqual({
      date: '2025-03-02T12:00:00.000Z',
      tag: '1.0',
    });
  });

  it('has it again without the network', async () => {
    const { upstream, fetching, second, folder } = await prepare();
    const wanted = { location: upstream.location, ref: 'main', commit: second };
    const mirror = await fetchCommit(fetching, wanted);
    await rm(join(folder, 'upstream'), { recursive: true });
    expect(await fetchCommit({ ...fetching, network: 'offline' }, wanted)).toBe(mirror);
  });

  it('fetches all branches where the server gives no commit by its hash', async () => {
    const { upstream, fetching, first } = await prepare();
    await upstream.git('branch', '--delete', '--force', 'stable');
    await upstream.git('tag', '--delete', '1.0');
    await upstream.git('config', 'uploadpack.allowAnySHA1InWant', 'false');
    // Since its second version, the protocol has no such refusal.
    const environment = {
      ...fetching.environment,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'protocol.version',
      GIT_CONFIG_VALUE_0: '0',
    };
    const wanted = { location: upstream.location, ref: 'main', commit: first };
    const mirror = await fetchCommit({ ...fetching, environment }, wanted);
    expect(await refsOf(mirror)).toEqual(['refs/heads/main', holdingRef(first)]);
  });

  it('fails where the commit is gone, or its tag', async () => {
    const { upstream, fetching, first } = await prepare();
    const { location } = upstream;
    const commit = 'f'.repeat(40);
    expect(await failuresOf(fetchCommit(fetching, { location, ref: 'main', commit }))).toEqual([
      { code: 'source-gone', location, what: `the commit ${commit} (main)` },
    ]);
    const tagged = { location, ref: 'stable', commit: first, tag: '9.9' };
    expect(await failuresOf(fetchCommit(fetching, tagged))).toEqual([
      { code: 'source-gone', location, what: `the commit ${first} (stable, 9.9)` },
    ]);
  });

  it('is done once where several ask for it at once', async () => {
    const { upstream, fetching, second } = await prepare();
    const wanted = { location: upstream.location, ref: 'main', commit: second };
    await Promise.all([fetchCommit(fetching, wanted), fetchCommit(fetching, wanted)]);
    expect(fetching.events.filter((event) => event.type === 'note')).toHaveLength(2);
  });

  it('tells the commits between two', async () => {
    const { upstream, fetching, first, second } = await prepare();
    const mirror = await fetchCommit(fetching, { location: upstream.location, ref: 'main', commit: second });
    const subjects = await commitsBetween(fetching, mirror, { from: first, to: second });
    expect(subjects).toEqual([`${second.slice(0, 7)} Second`]);
  });
});
