import type { Digest } from '../../src/fingerprint/digest.ts';
import type { AptEntry, FileEntry, GitEntry, ImageLock, LockEntry } from '../../src/lock/image-lock.ts';

const lockedAt = '2026-11-18T10:00:00.000Z';

export const security: AptEntry = {
  kind: 'apt',
  name: 'stable-security',
  digest: 'a'.repeat(64) as Digest,
  date: '2026-11-17T00:00:00Z',
  lockedAt,
};

export const agent: GitEntry = {
  kind: 'git',
  name: 'agent',
  location: 'https://example.org/agent',
  ref: 'main',
  commit: '1'.repeat(40),
  tag: '2.0',
  date: '2026-11-01T00:00:00Z',
  lockedAt,
};

export const constraints: FileEntry = {
  kind: 'file',
  name: 'constraints',
  location: 'https://example.org/constraints.txt',
  digest: 'c'.repeat(64) as Digest,
  sizeBytes: 100,
  lockedAt,
};

/** A lock with these entries, in the order of their identities. */
export function lockOf(...entries: readonly LockEntry[]): ImageLock {
  const order = ['apt', 'file', 'git'];
  return {
    formatVersion: 1,
    entries: entries.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
  };
}
