import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/fingerprint/digest.ts';
import { compareLocks, daysBetween, explainLockChange } from '../../src/lock/compare-locks.ts';
import type { LockEntry } from '../../src/lock/image-lock.ts';
import { agent, constraints, lockOf, security } from './lock-entries.ts';

const newer = { ...security, digest: 'b'.repeat(64) as Digest, date: '2026-11-20T06:00:00Z' };

/** The one change between two locks of one entry, in words. */
function explained(
  before: LockEntry | undefined,
  now: LockEntry | undefined,
  ...subjects: readonly string[]
): string {
  const [change] = compareLocks(lockOf(...(before ? [before] : [])), lockOf(...(now ? [now] : [])));
  if (change === undefined) return 'nothing';
  return explainLockChange(change, subjects.length === 0 ? undefined : { subjects, more: 0 });
}

describe('compareLocks', () => {
  it('finds what moved, came and went, in the order of their identities', () => {
    const changes = compareLocks(lockOf(security, constraints), lockOf(newer, agent));
    expect(changes.map(({ identity, change }) => [identity, change])).toEqual([
      ['apt stable-security', 'moved'],
      ['file constraints https://example.org/constraints.txt', 'removed'],
      ['git agent https://example.org/agent main', 'added'],
    ]);
  });

  it('does not mind when something was locked', () => {
    expect(compareLocks(lockOf(security), lockOf({ ...security, lockedAt: '2027-01-01T00:00:00Z' }))).toEqual(
      [],
    );
  });

  it('finds a tag that came to a commit', () => {
    expect(compareLocks(lockOf(agent), lockOf({ ...agent, tag: '2.1' }))).toHaveLength(1);
  });

  it('counts the days between indexes, and none between files', () => {
    const [change] = compareLocks(lockOf(security), lockOf(newer));
    expect(change && daysBetween(change)).toBe(3.25);
    const [file] = compareLocks(lockOf(constraints), lockOf({ ...constraints, digest: newer.digest }));
    expect(file && daysBetween(file)).toBeUndefined();
  });
});

describe('explainLockChange', () => {
  it('says by how much an index moved, and which way', () => {
    expect(explained(security, newer)).toBe('apt stable-security moved by 3 days (2026-11-17 → 2026-11-20)');
    expect(explained(newer, security)).toBe(
      'apt stable-security moved back by 3 days (2026-11-20 → 2026-11-17)',
    );
  });

  it('says which commits came in', () => {
    const now = { ...agent, commit: '2'.repeat(40), date: '2026-11-01T03:00:00Z' };
    expect(explained(agent, now, '2222222 Mend it', '1234567 Try it')).toBe(
      'git agent moved by less than a day (111111111111 of 2026-11-01 → 222222222222 of 2026-11-01)\n' +
        '  2222222 Mend it\n  1234567 Try it',
    );
  });

  it('says what a file was and is, what is new, and what is gone', () => {
    expect(explained(constraints, { ...constraints, digest: newer.digest, sizeBytes: 90 })).toBe(
      'file constraints changed (cccccccccccc, 100 bytes → bbbbbbbbbbbb, 90 bytes)',
    );
    expect(explained(undefined, security)).toBe('apt stable-security is new: 2026-11-17');
    expect(explained(agent, undefined)).toBe('git agent is no longer asked for');
  });
});
