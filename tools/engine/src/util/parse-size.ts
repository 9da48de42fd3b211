const unitBytes: Readonly<Record<string, number>> = {
  TiB: 1024 ** 4,
  GiB: 1024 ** 3,
  MiB: 1024 ** 2,
  KiB: 1024,
  TB: 1000 ** 4,
  GB: 1000 ** 3,
  MB: 1000 ** 2,
  KB: 1000,
  T: 1000 ** 4,
  G: 1000 ** 3,
  M: 1000 ** 2,
  K: 1000,
  B: 1,
  '': 1,
};

/** A number, an optional space, a unit: diskimage-builder's sizes. `2GiB` is binary, `2GB` and `2G` are decimal. */
export const sizePattern = /^([0-9]+(?:\.[0-9]+)?) ?(TiB|GiB|MiB|KiB|TB|GB|MB|KB|T|G|M|K|B)?$/;

/** Size in whole bytes, rounded down; undefined where the text is no size. */
export function parseSize(text: string): number | undefined {
  const match = sizePattern.exec(text.trim());
  if (match === null) return undefined;
  return Math.floor(Number(match[1]) * (unitBytes[match[2] ?? ''] ?? 1));
}
