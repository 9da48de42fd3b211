import { byteOrder } from '@kiln/engine/util/byte-order.ts';

/** One name whose value differs; null where a side lacks it. */
export interface ValueDifference {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Names whose values differ, in byte order: packages and their versions, sources and their commits. */
export function compareValues(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly ValueDifference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted(byteOrder);
  return names
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
    .filter((it) => it.before !== it.after);
}
