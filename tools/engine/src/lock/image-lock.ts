import { z } from 'zod';
import type { Digest } from '../fingerprint/digest.ts';
import { byteOrder } from '../util/byte-order.ts';

/** What every entry says beside what it pins. Times are ISO 8601 in UTC. */
interface LockedFact {
  readonly name: string;
  /** When this content was first written down; an entry that a refresh leaves alone keeps it. */
  readonly lockedAt: string;
}

/** A package index, named after its suite. `digest` is that of its InRelease file, `date` the `Date` in it. */
export interface AptEntry extends LockedFact {
  readonly kind: 'apt';
  readonly digest: Digest;
  readonly date: string;
}

/**
 * A git reference as a commit. `date` is the commit's; `tag` the last tag before it, if there is one: packages of Python and others
 * take their version from it, and a repository may get tags at any time.
 */
export interface GitEntry extends LockedFact {
  readonly kind: 'git';
  readonly location: string;
  readonly ref: string;
  readonly commit: string;
  readonly tag?: string | undefined;
  readonly date: string;
}

/** A tarball or a file. */
export interface FileEntry extends LockedFact {
  readonly kind: 'tar' | 'file';
  readonly location: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export type LockEntry = AptEntry | GitEntry | FileEntry;

/**
 * The outside world as one image takes it in: `images/<name>/image.lock.json`.
 *
 *     { "formatVersion": 1, "entries": [ { "kind": "apt", "name": "bookworm", "digest": "5c1a…", "date": "2025-05-17T09:12:32Z", … } ] }
 *
 * Entries of all configurations of the image stand together, in byte order of their identities, one key a line, so that a refresh is a
 * diff that can be read. Which mirror served an index is not in it: content is pinned, not the address. No password is in it.
 */
export interface ImageLock {
  readonly formatVersion: 1;
  readonly entries: readonly LockEntry[];
}

export const emptyLock: ImageLock = { formatVersion: 1, entries: [] };

/** What makes two entries entries of the same thing: all but what it pins. For looking up, not for keys. */
export function identityOf(
  thing:
    | Pick<AptEntry, 'kind' | 'name'>
    | Pick<GitEntry, 'kind' | 'name' | 'location' | 'ref'>
    | Pick<FileEntry, 'kind' | 'name' | 'location'>,
): string {
  if (thing.kind === 'apt') return `apt ${thing.name}`;
  const { kind, name, location } = thing;
  return kind === 'git' ? `git ${name} ${location} ${thing.ref}` : `${kind} ${name} ${location}`;
}

/** What an entry pins: a commit with its tag, or a digest. */
export function pinOf(entry: LockEntry): string {
  if (entry.kind !== 'git') return entry.digest;
  return entry.tag === undefined ? entry.commit : `${entry.commit} ${entry.tag}`;
}

/** The lock as text: the same for the same entries, whatever order they came in. */
export function formatLock(lock: ImageLock): string {
  const entries = lock.entries.toSorted((a, b) => byteOrder(identityOf(a), identityOf(b)));
  return `${JSON.stringify({ formatVersion: 1, entries: entries.map(inOrder) }, null, 2)}\n`;
}

const keyOrder = 'kind name location ref commit tag digest sizeBytes date lockedAt'.split(' ');

/** Keys in one order, whoever made the entry. */
function inOrder(entry: LockEntry): object {
  const place = (key: string): number => keyOrder.indexOf(key);
  return Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => place(a) - place(b)));
}

const time = z.iso.datetime();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const fact = { name: z.string().min(1), lockedAt: time };

/** Form of the file. A lock is written by Kiln, but merged by hand. */
export const imageLockSchema = z.strictObject({
  formatVersion: z.literal(1),
  entries: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('apt'), ...fact, digest, date: time }),
      z.strictObject({
        kind: z.literal('git'),
        ...fact,
        location: z.string().min(1),
        ref: z.string().min(1),
        commit: z.string().regex(/^[0-9a-f]{40}$/),
        tag: z.string().min(1).optional(),
        date: time,
      }),
      z.strictObject({
        kind: z.enum(['tar', 'file']),
        ...fact,
        location: z.string().min(1),
        digest,
        sizeBytes: z.int().min(0),
      }),
    ]),
  ),
});
