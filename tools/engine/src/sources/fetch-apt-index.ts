import { readFile } from 'node:fs/promises';
import { BuildFailure, fail } from '../diagnostics/failure.ts';
import type { Digest } from '../fingerprint/digest.ts';
import { fetchFile, type FetchedFile, findFetched } from './fetch-file.ts';
import type { Fetching } from './fetching.ts';

/** A locked package index: where it is served, which Packages files are wanted of it, and the digest of its InRelease. */
export interface AptIndex {
  readonly name: string;
  readonly url: string;
  readonly indexes: readonly string[];
  readonly digest: Digest;
}

/** A file of an index at its place beside the InRelease: `main/binary-amd64/Packages.xz`. */
export interface IndexFile {
  readonly path: string;
  readonly file: string;
}

/**
 * Has a package index exactly as it was locked, in the content store: the InRelease file and the Packages files that it names.
 *
 * What the store lacks is fetched, the Packages files first by their hash (`by-hash/SHA256`, which mirrors keep for a while after
 * they moved on). Fails with 'lock-moved' where the mirror has gone on and the old files are nowhere.
 */
export async function fetchAptIndex(fetching: Fetching, index: AptIndex): Promise<readonly IndexFile[]> {
  const release = (await findFetched(fetching, index.digest)) ?? (await fetchFile(fetching, index.url));
  if (release.digest !== index.digest) moved(index);
  const { files: listed, hasArchitectureAll } = parseRelease(await readFile(release.path, 'utf8'));
  const files: IndexFile[] = [{ path: 'InRelease', file: release.path }];
  for (const wanted of index.indexes) {
    if (!hasArchitectureAll && wanted.includes('/binary-all/')) continue;
    const path = endings.map((ending) => `${wanted}${ending}`).find((candidate) => listed.has(candidate));
    const digest = path === undefined ? undefined : listed.get(path);
    if (path === undefined || digest === undefined) continue;
    const found =
      (await findFetched(fetching, digest)) ?? (await fetchListed(fetching, index, { path, digest }));
    files.push({ path, file: found.path });
  }
  return files;
}

/** In the order in which apt is told to prefer them. */
const endings = ['.xz', '.zst', '.bz2', '.lzma', '.gz', ''];

async function fetchListed(
  fetching: Fetching,
  index: AptIndex,
  listed: { readonly path: string; readonly digest: Digest },
): Promise<FetchedFile> {
  const base = index.url.slice(0, index.url.lastIndexOf('/') + 1);
  const folder = listed.path.slice(0, listed.path.lastIndexOf('/') + 1);
  const byHash = `${base}${folder}by-hash/SHA256/${listed.digest}`;
  for (const location of [byHash, `${base}${listed.path}`]) {
    const attempt = fetchFile(fetching, location);
    const fetched = await (location === byHash ? attempt.catch(undefinedIfUnreachable) : attempt);
    if (fetched?.digest === listed.digest) return fetched;
  }
  return moved(index);
}

/** A mirror need not have files by their hash; what is not there under its own name either is a failure. */
function undefinedIfUnreachable(error: unknown): undefined {
  if (error instanceof BuildFailure && error.failures[0]?.code === 'source-unreachable') return undefined;
  throw error;
}

function moved({ name, url }: AptIndex): never {
  return fail({ code: 'lock-moved', name: `the package index '${name}'`, url });
}

/** What an InRelease file (Debian policy on repositories: deb822 in a clear-signed message) says of itself and its files. */
export interface Release {
  /** ISO 8601, UTC; undefined where it has no `Date`. */
  readonly date: string | undefined;
  /** SHA-256 of each file that it lists, by path. */
  readonly files: ReadonlyMap<string, Digest>;
  /** Whether apt takes packages of architecture `all` from lists of their own (`binary-all`); else they are in every list. */
  readonly hasArchitectureAll: boolean;
}

/** Parses the text of a Release or InRelease file. The signature is not looked at: apt does that. */
export function parseRelease(text: string): Release {
  const time = Date.parse(/^Date: (.+)$/m.exec(text)?.[1] ?? '');
  const section = /^SHA256:[ \t]*\n((?:[ \t].*\n?)+)/m.exec(text)?.[1] ?? '';
  const files = section.split('\n').flatMap((line): readonly [string, Digest][] => {
    const [digest, , path] = line.trim().split(/\s+/);
    return digest === undefined || path === undefined ? [] : [[path, digest as Digest]];
  });
  return {
    date: Number.isNaN(time) ? undefined : new Date(time).toISOString(),
    files: new Map(files),
    hasArchitectureAll:
      /^Architectures:.*\ball\b/m.test(text) &&
      !/^No-Support-for-Architecture-all:.*\bPackages\b/m.test(text),
  };
}
