/** A package of a fixture; the same for dpkg and for rpm. */
export interface FixturePackage {
  readonly name: string;
  /** Text files by absolute path; one that begins with `#!` is executable. */
  readonly files?: Readonly<Record<string, string>>;
  /** More files, as a tar (ustar). */
  readonly tree?: Buffer;
  /** Shell lines that run inside the tree once it is installed. */
  readonly script?: string;
  /** Names of packages; the package with the programs is needed by all others, and need not be named. */
  readonly requires?: readonly string[];
  readonly provides?: readonly string[];
  /** Of rpm alone. */
  readonly conflicts?: readonly string[];
  /** Of dpkg alone: part of every system, and there before scripts of others run. */
  readonly essential?: true;
}
