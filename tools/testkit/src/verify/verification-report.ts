import type { CheckResult } from './check.ts';

/** What all checks of one image came to. `passed` is true where none failed; skipped checks are counted. */
export interface VerificationReport {
  readonly artifact: string;
  /** Virtual size of the disk; 0 for a directory. */
  readonly sizeBytes: number;
  readonly passed: boolean;
  readonly counts: { readonly pass: number; readonly fail: number; readonly skip: number };
  readonly checks: readonly CheckResult[];
}

/** Counts the results of the checks. */
export function summarise(
  report: Pick<VerificationReport, 'artifact' | 'sizeBytes' | 'checks'>,
): VerificationReport {
  const count = (status: CheckResult['status']): number =>
    report.checks.filter((check) => check.status === status).length;
  const counts = { pass: count('pass'), fail: count('fail'), skip: count('skip') };
  return { ...report, passed: counts.fail === 0, counts };
}
