/**
 * The candidate that a mistyped name most likely meant, or undefined where none is near.
 *
 * Near: at most one edit for every three characters (insertion, deletion, replacement, swap of neighbours), or one
 * name is the other with something before or after a hyphen. Ties go to the first in byte order.
 */
export function nearName(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of [...candidates].toSorted()) {
    if (candidate === name || Math.abs(candidate.length - name.length) > limit) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate ?? [...candidates].toSorted().find((candidate) => sharesWholeWords(name, candidate));
}

function sharesWholeWords(name: string, candidate: string): boolean {
  return (
    name.length > 2 &&
    (candidate.startsWith(`${name}-`) || candidate.endsWith(`-${name}`) || name.startsWith(`${candidate}-`))
  );
}

/** Optimal string alignment distance (Damerau–Levenshtein with each substring edited at most once). */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1]
      ) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
