/**
 * Compares two texts by the bytes of their UTF-8 form, as `LC_ALL=C sort` does. For `toSorted`.
 *
 * JavaScript's own comparison goes by UTF-16 units, which differs beyond the basic plane.
 */
export function byteOrder(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
