import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLoopbackServer, type LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { makeWheel, type Wheel } from '@kiln/testkit/rig/make-wheel.ts';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findFetched } from '../../src/sources/fetch-file.ts';
import type { Fetching } from '../../src/sources/fetching.ts';
import { servePackageIndex } from '../../src/sources/serve-package-index.ts';
import type { Digest } from '../../src/fingerprint/digest.ts';
import { writePackageIndex } from '../../src/sources/write-package-index.ts';
import { openFetching, temporaryFolder } from './fetching-fixture.ts';

let upstream: LoopbackServer;
beforeEach(async () => void (upstream = await startLoopbackServer()));
afterEach(() => upstream.close());

const one = makeWheel('one', '1.0');
const two = makeWheel('one', '2.0');

/** Offers wheels of one project, as an index of the outside world does. */
function offer(project: string, ...wheels: readonly Wheel[]): void {
  const links = wheels.map(
    ({ filename, sha256 }) =>
      `<a href="../../packages/${filename}#sha256=${sha256}" data-requires-python="&gt;=3.8">${filename}</a>`,
  );
  upstream.content.set(`/simple/${project}/`, links.join('\n'));
  for (const { filename, bytes } of wheels) upstream.content.set(`/packages/${filename}`, bytes);
}

async function serve(fetching: Fetching, ...indexes: readonly string[]): Promise<string> {
  const served = await servePackageIndex(fetching, indexes.length > 0 ? indexes : [`${upstream.url}/simple`]);
  onTestFinished(() => served.close());
  return served.url;
}

const get = async (url: string): Promise<{ readonly status: number; readonly body: Buffer }> => {
  const response = await fetch(url);
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
};

/** What a page leads to. */
const linksOf = (page: Buffer, url: string): readonly string[] =>
  [...page.toString().matchAll(/href="([^"]*)"/g)].map(([, href = '']) => new URL(href, url).href);

describe('servePackageIndex', () => {
  it('offers what the index offers, and has each file by way of the store', async () => {
    const fetching = await openFetching();
    offer('one', one, two);
    const page = `${await serve(fetching)}/one/`;
    const { body } = await get(page);
    expect(body.toString()).toContain('data-requires-python="&gt;=3.8"');
    const [first = ''] = linksOf(body, page);
    expect((await get(first)).body).toEqual(one.bytes);
    expect(await findFetched(fetching, one.sha256 as Digest)).toBeDefined();
    expect(await findFetched(fetching, two.sha256 as Digest), 'nobody asked for it').toBeUndefined();
  });

  it('fetches a file once, for all builds', async () => {
    const fetching = await openFetching();
    offer('one', one);
    for (const page of [`${await serve(fetching)}/one/`, `${await serve(fetching)}/one/`]) {
      const [link = ''] = linksOf((await get(page)).body, page);
      expect((await get(link)).status).toBe(200);
    }
    expect(upstream.requests.filter((path) => path.startsWith('/packages/'))).toHaveLength(1);
  });

  it('finds a project however its name is written', async () => {
    offer('a-b-c', makeWheel('a_b_c', '1'));
    expect((await get(`${await serve(await openFetching())}/A.b__C/`)).status).toBe(200);
  });

  it('does not hand on a file that is not the one which the index names', async () => {
    offer('one', one);
    upstream.content.set(`/packages/${one.filename}`, 'something else');
    const page = `${await serve(await openFetching())}/one/`;
    const [link = ''] = linksOf((await get(page)).body, page);
    expect(await get(link)).toMatchObject({ status: 502 });
  });

  it('says that a project is not there, and that an index cannot be asked', async () => {
    const url = await serve(await openFetching());
    expect((await get(`${url}/none/`)).status).toBe(404);
    upstream.content.set('/simple/one/', 500);
    expect((await get(`${url}/one/`)).status).toBe(502);
  });

  it('lays several indexes together, the first before the others', async () => {
    const folder = await temporaryFolder();
    offer('one', one);
    const mine = join(folder, 'simple/one');
    await mkdir(mine, { recursive: true });
    await writeFile(
      join(mine, 'index.html'),
      `<a href='x/${one.filename}'>${one.filename}</a><a href=y>y.whl</a>`,
    );
    const page = `${await serve(await openFetching(), `file://${folder}/simple`, `${upstream.url}/simple`)}/one/`;
    await writeFile(join(mine, 'y'), 'without a digest');
    const links = linksOf((await get(page)).body, page);
    expect(links.map((link) => link.split('/').at(-1))).toEqual([one.filename, 'y.whl']);
    expect((await get(links[1] ?? '')).body.toString()).toBe('without a digest');
    expect((await get(page.replace('/one/', '/two/'))).status).toBe(404);
  });

  it('reads pages in JSON as well', async () => {
    const files = [{ filename: one.filename, url: `${upstream.url}/w`, hashes: { sha256: one.sha256 } }];
    upstream.content.set('/simple/one/', JSON.stringify({ meta: {}, name: 'one', files }));
    upstream.content.set('/w', one.bytes);
    const page = `${await serve(await openFetching())}/one/`;
    const [link = ''] = linksOf((await get(page)).body, page);
    expect((await get(link)).body).toEqual(one.bytes);
  });
});

describe('writePackageIndex', () => {
  it('has what was fetched, and nothing else', async () => {
    const fetching = await openFetching();
    offer('one', one, two);
    offer('other', makeWheel('other', '1'));
    const url = await serve(fetching);
    await get(`${url}/other/`);
    const [first = ''] = linksOf((await get(`${url}/one/`)).body, `${url}/one/`);
    await get(first);
    const folder = await temporaryFolder();
    const offline = { ...fetching, network: 'offline' } as const;
    expect(await writePackageIndex(offline, [`${upstream.url}/simple`], folder)).toBe(1);
    expect(await readdir(join(folder, 'simple'))).toEqual(['one']);
    const place = `file://${folder}/simple/one/`;
    const [link = ''] = linksOf(await readFile(join(folder, 'simple/one/index.html')), place);
    expect(await readFile(new URL(link))).toEqual(one.bytes);
  });

  it('keeps indexes apart: what one offered is not offered in the name of another', async () => {
    const fetching = await openFetching();
    offer('one', one);
    const page = `${await serve(fetching)}/one/`;
    await get(linksOf((await get(page)).body, page)[0] ?? '');
    expect(
      await writePackageIndex(fetching, ['https://elsewhere.example.org/simple'], await temporaryFolder()),
    ).toBe(0);
  });

  it('writes down no password', async () => {
    const fetching = await openFetching();
    offer('one', one);
    const secret = `${upstream.url.replace('://', '://me:secret@')}/simple`;
    const page = `${await serve(fetching, secret)}/one/`;
    await get(page);
    const kept = join(fetching.store.paths.caches, 'package-index');
    const texts = await Promise.all(
      (await readdir(kept, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
    );
    expect(texts.join('')).toContain(one.filename);
    expect(texts.join('')).not.toContain('secret');
  });
});
