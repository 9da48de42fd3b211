import { join } from 'node:path';
import { createGitUpstream } from '@kiln/testkit/rig/git-upstream.ts';
import { startLoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { resolveLock } from '../../src/lock/resolve-lock.ts';
import { failuresOf, openFetching, temporaryFolder } from '../sources/fetching-fixture.ts';

const now = '2026-11-21T00:00:00.000Z';

it('asks for each thing and says what is there, without a password', async () => {
  const folder = await temporaryFolder();
  const fetching = await openFetching(folder);
  const upstream = await createGitUpstream(join(folder, 'upstream'));
  const commit = await upstream.commit({ a: '1' }, 'First');
  const server = await startLoopbackServer();
  onTestFinished(() => server.close());
  const release = 'Suite: stable\nDate: Fri, 20 Nov 2026 00:12:41 UTC\n';
  server.content.set('/dists/stable/InRelease', release).set('/f', 'file');
  const location = `${server.url.replace('://', '://me:secret@')}/f`;
  expect(
    await resolveLock(
      fetching,
      [
        { kind: 'file', name: 'f', location, step: 'extra-data' },
        { kind: 'git', name: 'g', location: upstream.location, ref: 'main', step: 'extra-data' },
        {
          kind: 'apt',
          name: 'stable',
          url: `${server.url}/dists/stable/InRelease`,
          indexes: [],
          step: 'root',
        },
      ],
      now,
    ),
  ).toEqual([
    {
      kind: 'file',
      name: 'f',
      location: `${server.url}/f`,
      digest: digestOf('file'),
      sizeBytes: 4,
      lockedAt: now,
    },
    {
      kind: 'git',
      name: 'g',
      location: upstream.location,
      ref: 'main',
      commit,
      date: '2025-03-02T12:00:00.000Z',
      lockedAt: now,
    },
    {
      kind: 'apt',
      name: 'stable',
      digest: digestOf(release),
      date: '2026-11-20T00:12:41.000Z',
      lockedAt: now,
    },
  ]);
});

it('does not take an error page for an index', async () => {
  const server = await startLoopbackServer();
  onTestFinished(() => server.close());
  server.content.set('/InRelease', '<html>please log in</html>');
  const url = `${server.url}/InRelease`;
  const request = { kind: 'apt', name: 'x', url, indexes: [], step: 'root' } as const;
  expect(await failuresOf(resolveLock(await openFetching(), [request], now))).toEqual([
    { code: 'source-unreachable', url, reason: 'what came is no InRelease file' },
  ]);
});
