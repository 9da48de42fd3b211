/**
 * Compares two version numbers of Debian packages as deb-version(7) orders them: below zero where the first is older.
 *
 * `[epoch:]upstream[-revision]`, part by part. In each, runs without digits and runs of digits take turns: the former by character, with `~`
 * before everything, even the end, and letters before all else; the latter by value.
 */
export function compareDebianVersions(left: string, right: string): number {
  const [a, b] = [partsOf(left), partsOf(right)];
  return (
    compareRuns(a.epoch, b.epoch) ||
    compareRuns(a.upstream, b.upstream) ||
    compareRuns(a.revision, b.revision)
  );
}

function partsOf(version: string): { epoch: string; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: version.slice(0, Math.max(0, colon)),
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}

const run = /^(\D*)(\d*)/;

function compareRuns(left: string, right: string): number {
  for (let [a, b] = [left, right]; a !== '' || b !== '';) {
    const [wholeA = '', textA = '', digitsA = ''] = run.exec(a) ?? [];
    const [wholeB = '', textB = '', digitsB = ''] = run.exec(b) ?? [];
    const difference = compareText(textA, textB) || compareDigits(digitsA, digitsB);
    if (difference !== 0) return difference;
    [a, b] = [a.slice(wholeA.length), b.slice(wholeB.length)];
  }
  return 0;
}

function compareText(left: string, right: string): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = weightOf(left[index]) - weightOf(right[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weightOf(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return character.charCodeAt(0) + (/[A-Za-z]/.test(character) ? 0 : 256);
}

/** Runs of digits may be longer than numbers are exact. */
function compareDigits(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')];
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
