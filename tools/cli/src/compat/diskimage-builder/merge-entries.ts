import type { ImageEntry } from './entry-schema.ts';
import type { LocatedEntry } from './read-definitions.ts';

/**
 * Makes one entry of all those that are about the same image, in the order in which the images first appear.
 *
 * An entry without a name goes with the one before it (`image` at first). Lists are appended, maps updated, all else
 * is replaced by what comes later. The place is that of the first.
 */
export function mergeEntries(entries: readonly LocatedEntry[]): readonly LocatedEntry[] {
  const merged = new Map<string, LocatedEntry>();
  let name = 'image';
  for (const { entry, place } of entries) {
    name = entry.imagename ?? name;
    const before = merged.get(name);
    merged.set(name, {
      entry: mergeTwo(before?.entry ?? {}, entry),
      place: before === undefined ? place : before.place,
    });
  }
  return [...merged.values()];
}

function mergeTwo(before: ImageEntry, after: ImageEntry): ImageEntry {
  const appended = <T>(left: readonly T[] | undefined, right: readonly T[] | undefined) =>
    left === undefined && right === undefined ? undefined : [...(left ?? []), ...(right ?? [])];
  const updated = (left: StringMap | undefined, right: StringMap | undefined) =>
    left === undefined && right === undefined ? undefined : { ...left, ...right };
  return {
    ...before,
    ...after,
    ...given('types', appended(before.types, after.types)),
    ...given('packages', appended(before.packages, after.packages)),
    ...given('elements', appended(before.elements, after.elements)),
    ...given('environment', updated(before.environment, after.environment)),
    ...given('qemu-img-options', updated(before['qemu-img-options'], after['qemu-img-options'])),
  };
}

type StringMap = Readonly<Record<string, string>>;

function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}
