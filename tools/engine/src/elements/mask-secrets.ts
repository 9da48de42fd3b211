import { credentialsIn, isSecretName } from './secret-variables.ts';

/** Shorter values would blot out half of a log, and are guessed faster than read. */
const leastLength = 6;

const mask = '***';

/**
 * Makes a function that takes the values of secret variables out of a line of output: as they stand in the environment, line by line
 * where they have several, and as bash's trace quotes them. Of a URL, the part before the @.
 */
export function maskSecrets(
  variables: Readonly<Record<string, string>>,
  declared: readonly string[],
): (line: string) => string {
  const values = Object.entries(variables).flatMap(([name, value]) => [
    ...(isSecretName(name, declared) ? value.split('\n').map((line) => line.trim()) : []),
    ...credentialsIn(value).flatMap(partsOf),
  ]);
  const written = values.flatMap((value) => [value, value.replaceAll("'", `'\\''`)]);
  const all = [...new Set(written)].filter((value) => value.length >= leastLength);
  // A value may contain another one.
  const longestFirst = all.toSorted((a, b) => b.length - a.length);
  return (line) => longestFirst.reduce((text, value) => text.replaceAll(value, () => mask), line);
}

/** The password may be printed alone, and without its percent signs. */
function partsOf(user: string): readonly string[] {
  const password = user.slice(user.indexOf(':') + 1);
  return [user, password, decoded(user), decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
