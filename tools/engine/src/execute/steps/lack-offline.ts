/** Looks through the output of a hook that ran without the network for what it wanted from there. */
export interface OfflineLack {
  readonly look: (line: string) => void;
  /** The first file that could not be fetched, or else the first host that could not be found. */
  readonly what: () => string | undefined;
}

/** Knows what apt, pip, curl and git say, and the resolver in their stead. */
export function watchForLack(): OfflineLack {
  let file: string | undefined;
  let host: string | undefined;
  return {
    look: (line) => {
      file ??= fileIn(line);
      host ??= hostIn(line);
    },
    what: () => file ?? (host === undefined ? undefined : `something from ${host}`),
  };
}

function fileIn(line: string): string | undefined {
  const found = /Failed to fetch (\S+)|Could not fetch URL (\S+?):? |unable to access '(\S+?)'/.exec(line);
  const url = found?.slice(1).find((group) => group !== undefined);
  return url?.split('/').findLast((part) => part !== '');
}

function hostIn(line: string): string | undefined {
  const found = /Could not resolve(?: host:)? '?([\w.-]+)|Temporary failure resolving '(\S+)'/.exec(line);
  return found?.[1] ?? found?.[2];
}
