import type { DibLintRemark } from '@kiln/element-lint';

/** One thing that is wrong. */
export interface DibLintProblem extends DibLintRemark {
  readonly rule: string;
  readonly file: string;
}

/** What is to be linted, and whom to tell. */
export interface LintRun {
  /** Absolute; tox.ini is read here. */
  readonly cwd: string;
  /** As the user named them. */
  readonly elementsDirectory: string;
  readonly libraryDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what is being done, a line each. */
  readonly say: (line: string) => void;
  readonly onProblem: (problem: DibLintProblem) => void;
}
