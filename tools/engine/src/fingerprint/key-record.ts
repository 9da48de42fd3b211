import { byteOrder } from '../util/byte-order.ts';
import { digestOf, type Key } from './digest.ts';

/**
 * Everything that may change a result, by name: readable, and digested into the result's key.
 *
 *     { "version": 1, "inputs": { "environment DIB_RELEASE": "bookworm", "hook install.d/75-haproxy": "755 3f…" } }
 *
 * Holds no absolute path of the host, no time, no locale and no order; a change of meaning raises the version.
 */
export interface KeyRecord {
  readonly version: 1;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The key of a record: SHA-256 of its canonical JSON, names in byte order. */
export function keyOf(record: KeyRecord): Key {
  const inputs = Object.entries(record.inputs).toSorted(([a], [b]) => byteOrder(a, b));
  return digestOf(JSON.stringify([record.version, inputs])) as string as Key;
}

/** One input that differs between two records; undefined where a record lacks it. */
export interface InputChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly now: string | undefined;
}

/** The inputs that differ between two records, by name in byte order. */
export function compareKeyRecords(before: KeyRecord, now: KeyRecord): readonly InputChange[] {
  const names = new Set([...Object.keys(before.inputs), ...Object.keys(now.inputs)]);
  return [...names]
    .toSorted(byteOrder)
    .map((name) => ({ name, before: before.inputs[name], now: now.inputs[name] }))
    .filter((change) => change.before !== change.now);
}
