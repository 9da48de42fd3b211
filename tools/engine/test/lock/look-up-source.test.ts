import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGitUpstream } from '@kiln/testkit/rig/git-upstream.ts';
import { startLoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { lookUpSource } from '../../src/lock/look-up-source.ts';
import type { LockRequest } from '../../src/lock/lock-request.ts';
import { failuresOf, openFetching, temporaryFolder } from '../sources/fetching-fixture.ts';

const index = (url: string): LockRequest => ({ kind: 'apt', name: 'stable', url, indexes: [], step: 'root' });
const file = (location: string): LockRequest => ({ kind: 'file', name: 'f', location, step: 'extra-data' });

async function servedMirror() {
  const fetching = await openFetching(await temporaryFolder());
  const server = await startLoopbackServer();
  onTestFinished(() => server.close());
  return { fetching, server, url: `${server.url}/dists/stable/InRelease` };
}

it('a package index is what its InRelease file says, and moves with it', async () => {
  const { fetching, server, url } = await servedMirror();
  const release = 'Suite: stable\nDate: Fri, 20 Nov 2026 00:12:41 UTC\n';
  server.content.set('/dists/stable/InRelease', release);
  const seen = await lookUpSource(fetching, index(url), undefined);
  expect(seen).toMatchObject({ pin: digestOf(release), date: '2026-11-20T00:12:41.000Z' });
  expect((await lookUpSource(fetching, index(url), seen)).pin).toBe(seen.pin);
  server.content.set('/dists/stable/InRelease', `${release}Label: new\n`);
  expect((await lookUpSource(fetching, index(url), seen)).pin).not.toBe(seen.pin);
});

it('a repository without signatures has a Release file', async () => {
  const { fetching, server, url } = await servedMirror();
  server.content.set('/dists/stable/Release', 'Suite: stable\n');
  expect((await lookUpSource(fetching, index(url), undefined)).pin).toBe(digestOf('Suite: stable\n'));
});

it('an index that is not there is a failure that names it', async () => {
  const { fetching, url } = await servedMirror();
  expect(await failuresOf(lookUpSource(fetching, index(url), undefined))).toMatchObject([
    { code: 'source-unreachable', url },
  ]);
});

it('a file on this host is its size and time, and none where it is not', async () => {
  const folder = await temporaryFolder();
  const fetching = await openFetching(folder);
  const path = join(folder, 'a file');
  await writeFile(path, '1');
  const before = await lookUpSource(fetching, file(path), undefined);
  expect(await lookUpSource(fetching, file(`file://${encodeURI(path)}`), undefined)).toEqual(before);
  await writeFile(path, '22');
  expect(await lookUpSource(fetching, file(path), undefined)).not.toEqual(before);
  expect(await lookUpSource(fetching, file(`${path}-gone`), undefined)).toEqual({ pin: 'absent' });
});

it('a git reference is the commit that it has now', async () => {
  const folder = await temporaryFolder();
  const fetching = await openFetching(folder);
  const upstream = await createGitUpstream(join(folder, 'upstream'));
  const commit = await upstream.commit({ a: '1' }, 'First');
  const request = {
    kind: 'git',
    name: 'g',
    location: upstream.location,
    ref: 'main',
    step: 'extra-data',
  } as const;
  expect(await lookUpSource(fetching, request, undefined)).toEqual({ pin: commit });
});
