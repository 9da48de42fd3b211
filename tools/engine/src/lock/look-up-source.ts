import { readFile, rm, stat } from 'node:fs/promises';
import { fail } from '../diagnostics/failure.ts';
import { digestOf } from '../fingerprint/digest.ts';
import type { LockRequest } from './lock-request.ts';
import { scratchPath } from '../store/scratch-path.ts';
import { runCommand } from '../util/run-command.ts';
import { withoutPassword } from '../util/without-password.ts';
import { parseRelease } from '../sources/fetch-apt-index.ts';
import type { Fetching } from '../sources/fetching.ts';
import { resolveGitRef } from '../sources/resolve-git-ref.ts';

/** What a source was when it was last looked at: equal pins, equal content. */
export interface SeenSource {
  /** A digest, a commit, or what a server says of a file without sending it. */
  readonly pin: string;
  /** Of a package index: its date, ISO 8601. */
  readonly date?: string | undefined;
  /** With which a server tells by itself whether anything changed (RFC 9110, 8.8.3). */
  readonly etag?: string | undefined;
}

/**
 * Looks what a source is now, with one request and without fetching it. Package indexes are small: they are read, unless the server says
 * that they are what they were.
 *
 * Fails with 'source-unreachable' or 'source-gone'.
 */
export async function lookUpSource(
  fetching: Fetching,
  request: LockRequest,
  last: SeenSource | undefined,
): Promise<SeenSource> {
  if (request.kind === 'apt') return lookUpIndex(fetching, request.url, last);
  if (request.kind === 'git') return { pin: await resolveGitRef(fetching, request.location, request.ref) };
  return lookUpFile(fetching, request.location);
}

/** Repositories without signatures have a Release file only. */
async function lookUpIndex(
  fetching: Fetching,
  url: string,
  last: SeenSource | undefined,
): Promise<SeenSource> {
  const inRelease = await getUnlessSame(fetching, url, last?.etag);
  if (inRelease.status === 'same' && last !== undefined) return last;
  const release = url.replace(/InRelease$/, 'Release');
  const got = inRelease.status === 'gone' ? await getUnlessSame(fetching, release, undefined) : inRelease;
  if (got.status !== 'got')
    fail({ code: 'source-unreachable', url: withoutPassword(url), reason: 'there is no such package index' });
  const { date } = parseRelease(got.text);
  return { pin: digestOf(got.text), date, etag: got.etag };
}

type Answer =
  | { readonly status: 'got'; readonly text: string; readonly etag: string | undefined }
  | { readonly status: 'same' | 'gone' };

async function getUnlessSame(fetching: Fetching, url: string, etag: string | undefined): Promise<Answer> {
  const file = scratchPath(fetching.store.paths.work, 'look');
  try {
    const condition = etag === undefined ? [] : ['--header', `If-None-Match: ${etag}`];
    const report = '%{http_code}\n%header{etag}';
    const args = [...curlOptions, ...condition, '--write-out', report, '--output', file, '--', url];
    const { environment: env, signal } = fetching;
    const result = await runCommand({ file: 'curl', args, env, signal });
    signal?.throwIfAborted();
    const [status = '', tag = ''] = result.stdout.split('\n');
    // 37: a `file:` location that is not there.
    if (status === '404' || status === '410' || result.exitCode === 37) return { status: 'gone' };
    if (status === '304') return { status: 'same' };
    if (!result.ok || !/^(?:2\d\d|000)$/.test(status)) {
      const reason = result.ok ? `HTTP status ${status}` : result.stderr.trim() || result.status;
      fail({
        code: 'source-unreachable',
        url: withoutPassword(url),
        reason: reason.replaceAll(url, withoutPassword(url)),
      });
    }
    return { status: 'got', text: await readFile(file, 'utf8'), etag: tag === '' ? undefined : tag };
  } finally {
    await rm(file, { force: true });
  }
}

const curlOptions = ['--silent', '--show-error', '--location', '--connect-timeout', '10', '--max-time', '30'];

/** By what its server says of it, as `cache-url` of diskimage-builder does. */
async function lookUpFile(fetching: Fetching, location: string): Promise<SeenSource> {
  const path = location.startsWith('file://') ? decodeURI(location.slice('file://'.length)) : location;
  if (path.startsWith('/')) {
    const found = await stat(path).catch(() => undefined);
    return { pin: found === undefined ? 'absent' : `${found.size} bytes of ${found.mtime.toISOString()}` };
  }
  const { environment: env, signal } = fetching;
  const args = [...curlOptions, '--fail', '--head', '--', location];
  const result = await runCommand({ file: 'curl', args, env, signal });
  signal?.throwIfAborted();
  const shown = withoutPassword(location);
  if (!result.ok) {
    const reason = (result.stderr.trim() || result.status).replaceAll(location, shown);
    fail({ code: 'source-unreachable', url: shown, reason });
  }
  // After redirections the last answer counts.
  const headers =
    result.stdout
      .trim()
      .split(/\r?\n\r?\n/)
      .at(-1) ?? '';
  const telling = headers
    .split(/\r?\n/)
    .filter((line) => /^(?:etag|last-modified|content-length):/i.test(line));
  return {
    pin: digestOf(
      telling
        .map((line) => line.trim().toLowerCase())
        .toSorted()
        .join('\n'),
    ),
  };
}
