import type { UsedOption } from '../options/scan-options.ts';
import type { DiskImageOption, DiskImageOptionKey } from './disk-image-options.ts';

/** The options of one command line, by key. */
export interface GatheredOptions {
  readonly has: (key: DiskImageOptionKey) => boolean;
  readonly last: (key: DiskImageOptionKey) => string | undefined;
  readonly all: (key: DiskImageOptionKey) => readonly string[];
}

/** Makes the used options of a command line answer questions. */
export function gatherOptions(used: readonly UsedOption<DiskImageOption>[]): GatheredOptions {
  const all = (key: DiskImageOptionKey): readonly string[] =>
    used.filter(({ option }) => option.key === key).map(({ value }) => value);
  return { all, has: (key) => all(key).length > 0, last: (key) => all(key).at(-1) };
}
