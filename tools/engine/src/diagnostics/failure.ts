import type { Place } from './place.ts';
import { failureCatalogue } from './failure-catalogue.ts';

type Catalogue = typeof failureCatalogue;

/** Stable kebab-case name of one expected problem; it appears in JSON output and in tests. */
export type FailureCode = keyof Catalogue;

type Payload<C extends FailureCode> = Parameters<Catalogue[C]['message']> extends [infer P] ? P : object;

/** An expected problem as a value: its code, the facts behind it, and the place in the user's file if there is one. */
export type Failure = {
  [C in FailureCode]: { readonly code: C; readonly place?: Place | undefined } & Payload<C>;
}[FailureCode];

/** What a reader is told of a failure. `exitCode`: 1 build failed, 2 wrong use or definition, 3 the host cannot. */
export interface FailureText {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly exitCode: 1 | 2 | 3;
}

/** Turns a failure into its message, its remedy and its exit code. */
export function describeFailure(failure: Failure): FailureText {
  const entry = failureCatalogue[failure.code] as {
    readonly exitCode: 1 | 2 | 3;
    readonly message: (payload: object) => string;
    readonly hint?: (payload: object) => string | undefined;
  };
  return { message: entry.message(failure), hint: entry.hint?.(failure), exitCode: entry.exitCode };
}

/** Carries failures through code that works with exceptions (streams, child processes); caught at the engine's door. */
export class BuildFailure extends Error {
  override name = 'BuildFailure';
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[]) {
    super(failures.map((failure) => describeFailure(failure).message).join('\n'));
    this.failures = failures;
  }
}

/** Shorthand for the common case of one failure. */
export function fail(failure: Failure): never {
  throw new BuildFailure([failure]);
}
