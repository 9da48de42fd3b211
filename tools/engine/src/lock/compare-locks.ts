import { byteOrder } from '../util/byte-order.ts';
import { identityOf, type ImageLock, type LockEntry, pinOf } from './image-lock.ts';

/** How one entry of a lock differs from the same entry of another. */
export interface LockChange {
  readonly identity: string;
  readonly change: 'added' | 'removed' | 'moved';
  readonly before: LockEntry | undefined;
  readonly now: LockEntry | undefined;
}

/** The entries that differ between two locks, in byte order of their identities. Times of locking do not count. */
export function compareLocks(before: ImageLock, now: ImageLock): readonly LockChange[] {
  const [old, current] = [byIdentity(before), byIdentity(now)];
  return [...new Set([...old.keys(), ...current.keys()])].toSorted(byteOrder).flatMap((identity) => {
    const [was, is] = [old.get(identity), current.get(identity)];
    if (was !== undefined && is !== undefined && pinOf(was) === pinOf(is)) return [];
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'moved';
    return [{ identity, change, before: was, now: is } as const];
  });
}

function byIdentity(lock: ImageLock): ReadonlyMap<string, LockEntry> {
  return new Map(lock.entries.map((entry) => [identityOf(entry), entry]));
}

/** Commits between the two ends of a change, newest first, as the repository tells them; `more` were left out. */
export interface CommitList {
  readonly subjects: readonly string[];
  readonly more: number;
}

/** A change in words: `apt bookworm-security moved by 3 days (2026-11-02 → 2026-11-05)`, with commits below. */
export function explainLockChange(change: LockChange, commits?: CommitList): string {
  const name = nameOf(change);
  if (change.change === 'removed') return `${name} is no longer asked for`;
  if (change.change === 'added') return `${name} is new: ${describePin(change.now)}`;
  const lines = [`${name} ${movement(change)}`];
  for (const subject of commits?.subjects ?? []) lines.push(`  ${subject}`);
  if (commits !== undefined && commits.more > 0) lines.push(`  and ${commits.more} more`);
  return lines.join('\n');
}

/** How far a change leads in time, in days, backwards below zero; undefined where its ends carry no date. */
export function daysBetween(change: LockChange): number | undefined {
  const [before, now] = [dateOf(change.before), dateOf(change.now)];
  return before === undefined || now === undefined ? undefined : (now - before) / dayMs;
}

const dayMs = 24 * 60 * 60 * 1000;

function dateOf(entry: LockEntry | undefined): number | undefined {
  return entry !== undefined && 'date' in entry ? Date.parse(entry.date) : undefined;
}

function nameOf({ before, now }: LockChange): string {
  const entry = now ?? before;
  return entry === undefined ? '' : `${entry.kind} ${entry.name}`;
}

function movement(change: LockChange): string {
  const ends = `${describePin(change.before)} → ${describePin(change.now)}`;
  const days = daysBetween(change);
  if (days === undefined) return `changed (${ends})`;
  return `moved ${days < 0 ? 'back ' : ''}by ${inDays(Math.abs(days))} (${ends})`;
}

function describePin(entry: LockEntry | undefined): string {
  if (entry === undefined) return 'nothing';
  if (entry.kind === 'apt') return entry.date.slice(0, 10);
  if (entry.kind === 'git') return `${entry.commit.slice(0, 12)} of ${entry.date.slice(0, 10)}`;
  return `${entry.digest.slice(0, 12)}, ${entry.sizeBytes} bytes`;
}

/** A time span as people say it: `less than a day`, `1 day`, `12 days`. */
export function inDays(days: number): string {
  const whole = Math.floor(days);
  if (whole < 1) return 'less than a day';
  return whole === 1 ? '1 day' : `${whole} days`;
}
