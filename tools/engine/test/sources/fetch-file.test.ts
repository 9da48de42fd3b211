import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLoopbackServer, type LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { fetchFile, findFetched } from '../../src/sources/fetch-file.ts';
import { failuresOf, openFetching, temporaryFolder } from './fetching-fixture.ts';

let server: LoopbackServer;
beforeEach(async () => void (server = await startLoopbackServer()));
afterEach(() => server.close());

describe('fetchFile', () => {
  it('puts a file into the store by its digest', async () => {
    const fetching = await openFetching();
    server.content.set('/a.tar.gz', 'bytes');
    const fetched = await fetchFile(fetching, `${server.url}/a.tar.gz`);
    expect(fetched).toMatchObject({ digest: digestOf('bytes'), sizeBytes: 5 });
    expect(await readFile(fetched.path, 'utf8')).toBe('bytes');
    expect(await findFetched(fetching, digestOf('bytes'))).toEqual(fetched);
    await rm(fetched.path);
    expect(await findFetched(fetching, digestOf('bytes'))).toBeUndefined();
  });

  it('takes paths and file: locations', async () => {
    const fetching = await openFetching();
    const file = join(await temporaryFolder(), 'x');
    await writeFile(file, 'local');
    const digest = digestOf('local');
    expect(await fetchFile(fetching, file)).toMatchObject({ digest });
    expect(await fetchFile(fetching, `file://${file}`)).toMatchObject({ digest });
  });

  it('tries again with growing pauses where the server has trouble', async () => {
    const fetching = await openFetching();
    server.content.set('/a', [503, 502, 'at last']);
    expect(await fetchFile(fetching, `${server.url}/a`)).toMatchObject({ digest: digestOf('at last') });
    expect(fetching.waits).toEqual([1000, 2000]);
    expect(fetching.events).toHaveLength(2);
  });

  it('gives up after five tries', async () => {
    const fetching = await openFetching();
    server.content.set('/a', 503);
    expect(await failuresOf(fetchFile(fetching, `${server.url}/a`))).toMatchObject([
      {
        code: 'source-unreachable',
        url: `${server.url}/a`,
        reason: expect.stringContaining('503') as string,
      },
    ]);
    expect(server.requests).toHaveLength(5);
    expect(fetching.waits).toEqual([1000, 2000, 4000, 8000]);
  });

  it.each([404, 403, 410])('does not ask again after status %i', async (status) => {
    const fetching = await openFetching();
    server.content.set('/a', status);
    expect(await failuresOf(fetchFile(fetching, `${server.url}/a`))).toMatchObject([
      { code: 'source-unreachable' },
    ]);
    expect(server.requests).toHaveLength(1);
  });

  it('tells no password', async () => {
    const fetching = await openFetching();
    const location = `${server.url.replace('://', '://me:secret@')}/a`;
    const failures = await failuresOf(fetchFile(fetching, location));
    expect(failures).toMatchObject([{ url: `${server.url}/a` }]);
    expect(JSON.stringify(failures)).not.toContain('secret');
  });

  it('asks nobody when offline', async () => {
    const fetching = { ...(await openFetching()), network: 'offline' } as const;
    expect(await failuresOf(fetchFile(fetching, `${server.url}/a`))).toEqual([
      { code: 'offline-and-not-cached', what: `${server.url}/a` },
    ]);
    expect(server.requests).toEqual([]);
  });

  it('leaves nothing half-fetched behind', async () => {
    const fetching = await openFetching();
    server.content.set('/a', 404);
    await failuresOf(fetchFile(fetching, `${server.url}/a`));
    expect(await readdir(fetching.store.paths.work)).toEqual([]);
  });
});
