import { describeFailure, type Failure } from './failure.ts';
import type { Place } from './place.ts';

/** A failure for programs. `code` and the names in `details` are stable; `message` and `hint` are for people. */
export interface FailureJson {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: 1 | 2 | 3;
  readonly place?: Place;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Turns a failure into plain data, without undefined values, fit for `JSON.stringify`. */
export function failureToJson(failure: Failure): FailureJson {
  const { code, place, ...payload } = failure;
  const { message, hint, exitCode } = describeFailure(failure);
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    exitCode,
    ...(place === undefined ? {} : { place }),
    details: Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)),
  };
}
