import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BuildFailure, describeFailure } from '../diagnostics/failure.ts';
import { digestOf, type Digest } from '../fingerprint/digest.ts';
import { withoutPassword } from '../util/without-password.ts';
import { fetchFile, type FetchedFile, findFetched } from './fetch-file.ts';
import type { Fetching } from './fetching.ts';
import { openPackageListings } from './package-listings.ts';
import { normaliseProject, type PackageFile, parseSimplePage, renderSimplePage } from './simple-page.ts';

/** A package index on this machine, for as long as hooks run. */
export interface PackageIndex {
  /** For `PIP_INDEX_URL`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves Python package indexes on the loopback interface, with all that they offer, by way of the content store: a file is
 * fetched once, checked against the digest that the index tells, and never again. Pages are asked for each time.
 *
 * A file without a digest is fetched each time. An index that cannot be reached is an error for whoever asks; that a
 * project is not there is none.
 */
export async function servePackageIndex(
  fetching: Fetching,
  indexes: readonly string[],
): Promise<PackageIndex> {
  const listings = openPackageListings(fetching.store, indexes);
  const locations = new Map<string, string>();
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    const [, kind, name = '', filename] = path.split('/');
    if (kind === 'simple' && name !== '') {
      const project = normaliseProject(name);
      const files = await listProject(fetching, indexes, project);
      if (files === undefined) return void response.writeHead(404).end();
      for (const file of files) locations.set(nameOf(file), file.url);
      await listings.write(project, files);
      return void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(renderSimplePage(files, hrefOf));
    }
    const location = locations.get(name);
    if (kind !== 'files' || filename === undefined || location === undefined)
      return void response.writeHead(404).end();
    const file = await provideFile(fetching, name, location);
    response.writeHead(200, { 'content-length': file.sizeBytes });
    createReadStream(file.path).pipe(response);
  };
  const server = createServer((request, response) => {
    answer(decodeURIComponent(request.url ?? ''), response).catch((error: unknown) => {
      response.writeHead(502, { 'content-type': 'text/plain' }).end(reasonOf(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** How a file is called here: by its digest, or where the index tells none, after its place. */
function nameOf({ sha256, url }: PackageFile): string {
  return sha256 ?? `at-${digestOf(url)}`;
}

function hrefOf(file: PackageFile): string {
  const href = `../../files/${nameOf(file)}/${encodeURIComponent(file.filename)}`;
  return file.sha256 === undefined ? href : `${href}#sha256=${file.sha256}`;
}

/** What all indexes have of a project, the first ones first; undefined where none has it. */
async function listProject(
  fetching: Fetching,
  indexes: readonly string[],
  project: string,
): Promise<readonly PackageFile[] | undefined> {
  const pages = await Promise.all(indexes.map((index) => readPage(fetching, index, project)));
  if (pages.every((page) => page === undefined)) return undefined;
  const byName = new Map<string, PackageFile>();
  for (const file of pages.flatMap((page) => page ?? []))
    if (!byName.has(file.filename)) byName.set(file.filename, file);
  return [...byName.values()];
}

async function readPage(
  fetching: Fetching,
  index: string,
  project: string,
): Promise<readonly PackageFile[] | undefined> {
  const pageUrl = `${index.replace(/\/+$/, '')}/${project}/`;
  const location = pageUrl.startsWith('file:') ? `${pageUrl}index.html` : pageUrl;
  try {
    const { path } = await fetchFile(fetching, location);
    return parseSimplePage(await readFile(path, 'utf8'), pageUrl);
  } catch (error) {
    if (error instanceof BuildFailure && error.failures.some(isAbsence)) return undefined;
    throw error;
  }
}

/** What curl says of a page that is not there: on a server, and in a folder. */
function isAbsence(failure: BuildFailure['failures'][number]): boolean {
  return failure.code === 'source-unreachable' && /error: 40[34]|Couldn't open file/.test(failure.reason);
}

async function provideFile(fetching: Fetching, name: string, location: string): Promise<FetchedFile> {
  if (name.startsWith('at-')) return fetchFile(fetching, location);
  const kept = await findFetched(fetching, name as Digest);
  if (kept !== undefined) return kept;
  const fetched = await fetchFile(fetching, location);
  if (fetched.digest !== name)
    throw new Error(`${withoutPassword(location)} is not the file that the index names`);
  return fetched;
}

function reasonOf(error: unknown): string {
  if (error instanceof BuildFailure)
    return error.failures.map((failure) => describeFailure(failure).message).join('\n');
  return error instanceof Error ? error.message : String(error);
}
