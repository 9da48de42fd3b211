/** Stands for the content of a folder that holds too much to be read at every build. A step that sees it is never restored. */
export const tooMuchToRead = 'too much to read';

/**
 * What of the files and folders that variables name counts in a step: those of its own variables, by `$NAME`. Pure.
 *
 * @param host facts of the host, among them those that `readNamedFiles` found.
 */
export function namedFiles(
  variables: readonly string[],
  host: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    variables.flatMap((name) => {
      const fact = host[`$${name}`];
      return fact === undefined ? [] : [[`$${name}`, fact]];
    }),
  );
}
