/**
 * Compares two texts by the bytes of their UTF-8 form, as `LC_ALL=C sort` does. For `toSorted`.
 *
 * JavaScript's own comparison goes by UTF-16 units. That differs only where both texts have a unit of the upper end first: a surrogate, which
 * stands for a character beyond the basic plane, comes before the last characters within it.
 */
export function byteOrder(left: string, right: string): number {
  if (left === right) return 0;
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    const isPlain = a < firstSurrogate || b < firstSurrogate;
    return isPlain ? a - b : Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  return left.length - right.length;
}

const firstSurrogate = 0xd800;
