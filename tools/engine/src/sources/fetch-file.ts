import { rm } from 'node:fs/promises';
import { digestFile, type Digest } from '../fingerprint/digest.ts';
import { scratchPath } from '../store/scratch-path.ts';
import { withoutPassword } from '../util/without-password.ts';
import { type Fetching, needNetwork, tryRepeatedly } from './fetching.ts';
import { tellingProgress } from './telling-progress.ts';

/** A fetched file: its digest and size, and where the content store has it. */
export interface FetchedFile {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly path: string;
}

const keyOfSource = (digest: Digest): string => `source ${digest}`;

/** A file that was fetched before, by its digest; undefined where the store lacks it. */
export async function findFetched(fetching: Fetching, digest: Digest): Promise<FetchedFile | undefined> {
  const entry = await fetching.store.find(keyOfSource(digest));
  const path = entry === undefined ? undefined : await fetching.store.locate(entry.digest);
  return entry === undefined || path === undefined
    ? undefined
    : { digest: entry.digest, sizeBytes: entry.sizeBytes, path };
}

/**
 * Fetches a file as it is now into the content store. `http:`, `https:`, `ftp:` and `file:` locations, and paths.
 *
 * A missing file, a refusal and a malformed location are final; whatever else goes wrong is tried again.
 */
export async function fetchFile(fetching: Fetching, location: string): Promise<FetchedFile> {
  const shown = withoutPassword(location);
  needNetwork(fetching, shown);
  const file = scratchPath(fetching.store.paths.work, 'fetch');
  try {
    await tellingProgress(fetching, { shown, file }, () =>
      tryRepeatedly(fetching, {
        location,
        command: ['curl', ...curlOptions, '--output', file, '--', urlOf(location)],
        isFinal: (result) =>
          finalStatus.has(result.exitCode ?? -1) || /error: 4(?!08|29)\d\d/.test(result.stderr),
      }),
    );
    // The key is the digest itself, which only the finished file tells.
    const key = keyOfSource(await digestFile(file));
    const { digest, sizeBytes } = await fetching.store.commitFile(key, file, null);
    const path = (await fetching.store.locate(digest)) ?? file;
    return { digest, sizeBytes, path };
  } finally {
    await rm(file, { force: true });
  }
}

const curlOptions = [
  '--fail',
  '--silent',
  '--show-error',
  '--location',
  '--connect-timeout',
  '10',
  '--speed-limit',
  '1',
  '--speed-time',
  '60',
];

/** Exit statuses of curl(1) that another try does not mend: 1 unsupported protocol, 3 malformed, 37 unreadable file, 51, 60 certificates. */
const finalStatus: ReadonlySet<number> = new Set([1, 3, 23, 37, 51, 60, 67, 78]);

function urlOf(location: string): string {
  return location.startsWith('/') ? `file://${location}` : location;
}
