import { readFile } from 'node:fs/promises';
import { startLoopbackServer, type LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { type AptIndex, fetchAptIndex, parseRelease } from '../../src/sources/fetch-apt-index.ts';
import { failuresOf, openFetching } from './fetching-fixture.ts';

const release = (packages: string, ...fields: readonly string[]): string =>
  [
    '-----BEGIN PGP SIGNED MESSAGE-----',
    'Suite: stable',
    'Architectures: all amd64',
    'Date: Fri, 20 Nov 2026 00:12:41 UTC',
    ...fields,
    'MD5Sum:',
    ` 00000000000000000000000000000000 3 main/binary-amd64/Packages.xz`,
    'SHA256:',
    ` ${digestOf(packages)} ${packages.length} main/binary-amd64/Packages.xz`,
    ` ${digestOf('plain')} 5 main/binary-amd64/Packages`,
    ` ${digestOf('all')} 3 main/binary-all/Packages.gz`,
    '-----BEGIN PGP SIGNATURE-----',
    '',
  ].join('\n');

let server: LoopbackServer;
beforeEach(async () => void (server = await startLoopbackServer()));
afterEach(() => server.close());

const dists = '/debian/dists/stable';

function serve(packages: string, ...fields: readonly string[]): AptIndex {
  const text = release(packages, ...fields);
  server.content.set(`${dists}/InRelease`, text);
  server.content.set(`${dists}/main/binary-amd64/Packages.xz`, packages);
  server.content.set(`${dists}/main/binary-all/Packages.gz`, 'all');
  const url = `${server.url}${dists}/InRelease`;
  const indexes = ['main/binary-amd64/Packages', 'main/binary-all/Packages', 'contrib/binary-amd64/Packages'];
  return { name: 'stable', url, indexes, digest: digestOf(text) };
}

describe('fetchAptIndex', () => {
  it('has the InRelease and the best form of each list that it names', async () => {
    const fetching = await openFetching();
    const files = await fetchAptIndex(fetching, serve('one'));
    expect(files.map((file) => file.path)).toEqual([
      'InRelease',
      'main/binary-amd64/Packages.xz',
      'main/binary-all/Packages.gz',
    ]);
    expect(await readFile(files[1]?.file ?? '', 'utf8')).toBe('one');
  });

  it('leaves the lists of architecture all alone where a repository says so', async () => {
    const fetching = await openFetching();
    const index = serve('one', 'No-Support-for-Architecture-all: Packages');
    expect(await fetchAptIndex(fetching, index)).toHaveLength(2);
  });

  it('takes a list by its hash after the mirror moved on', async () => {
    const fetching = await openFetching();
    const index = serve('one');
    server.content.set(`${dists}/main/binary-amd64/by-hash/SHA256/${digestOf('one')}`, 'one');
    server.content.set(`${dists}/main/binary-amd64/Packages.xz`, 'two');
    const files = await fetchAptIndex(fetching, index);
    expect(await readFile(files[1]?.file ?? '', 'utf8')).toBe('one');
  });

  it('needs no mirror for what the store has', async () => {
    const fetching = await openFetching();
    const index = serve('one');
    const before = await fetchAptIndex(fetching, index);
    serve('two');
    expect(await fetchAptIndex({ ...fetching, network: 'offline' }, index)).toEqual(before);
  });

  it('fails where the mirror moved on and the store has nothing', async () => {
    const index = serve('one');
    serve('two');
    expect(await failuresOf(fetchAptIndex(await openFetching(), index))).toEqual([
      { code: 'lock-moved', name: "the package index 'stable'", url: index.url },
    ]);
  });

  it('fails where a list is not the one that the InRelease names', async () => {
    const index = serve('one');
    server.content.set(`${dists}/main/binary-amd64/Packages.xz`, 'two');
    expect(await failuresOf(fetchAptIndex(await openFetching(), index))).toMatchObject([
      { code: 'lock-moved' },
    ]);
  });
});

it('parseRelease reads the date and the SHA-256 of the files, and no other digest', () => {
  const { date, files, hasArchitectureAll } = parseRelease(release('one'));
  expect(date).toBe('2026-11-20T00:12:41.000Z');
  expect([...files.keys()]).toEqual([
    'main/binary-amd64/Packages.xz',
    'main/binary-amd64/Packages',
    'main/binary-all/Packages.gz',
  ]);
  expect(files.get('main/binary-amd64/Packages.xz')).toBe(digestOf('one'));
  expect(hasArchitectureAll).toBe(true);
  expect(parseRelease('nothing')).toEqual({ date: undefined, files: new Map(), hasArchitectureAll: false });
});
