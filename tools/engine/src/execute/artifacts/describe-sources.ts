import { pinOf } from '../../lock/image-lock.ts';
import type { LockedThing } from '../../lock/lock-request.ts';
import { byteOrder } from '../../util/byte-order.ts';

/** What an image took in, for its manifest: digest or commit, and the date of it where it has one, by kind and name. */
export function describeSources(things: readonly LockedThing[]): Readonly<Record<string, string>> {
  const lines = things.map(({ entry }): readonly [string, string] => {
    const pin = entry.kind === 'git' ? pinOf(entry) : `sha256:${entry.digest}`;
    return [`${entry.kind} ${entry.name}`, 'date' in entry ? `${pin} (${entry.date})` : pin];
  });
  return Object.fromEntries(lines.toSorted(([a], [b]) => byteOrder(a, b)));
}

const dayMs = 24 * 60 * 60 * 1000;

/** How old the packages of an image are, in a sentence; undefined where it has no locked package index. */
export function describeAge(things: readonly LockedThing[], now: number): string | undefined {
  const dates = things.flatMap(({ entry }) => (entry.kind === 'apt' ? [entry.date] : []));
  const newest = dates.toSorted(byteOrder).at(-1);
  if (newest === undefined) return undefined;
  const days = Math.max(0, Math.floor((now - Date.parse(newest)) / dayMs));
  const age = days === 0 ? 'today' : days === 1 ? '1 day ago' : `${days} days ago`;
  return `packages as of ${newest.slice(0, 10)}, ${age}`;
}
