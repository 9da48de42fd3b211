import type { CheckResult } from './check.ts';
import type { VerificationReport } from './verification-report.ts';

const marks = { pass: 'ok  ', fail: 'FAIL', skip: 'skip' } as const;

/** A report for people: one line a check, the reason under each that failed, and the sum at the end. */
export function renderReport(report: Pick<VerificationReport, 'artifact' | 'counts' | 'checks'>): string {
  const { pass, fail, skip } = report.counts;
  const verdict = fail === 0 ? 'passed' : 'FAILED';
  const sum = `${verdict}: ${pass} passed, ${fail} failed, ${skip} skipped (${report.artifact})`;
  return `${[...report.checks.map(renderCheck), sum].join('\n')}\n`;
}

/** One check: its mark and title, with the detail behind it, or below it where it failed. */
export function renderCheck(check: CheckResult): string {
  const head = `${marks[check.status]}  ${check.title}`;
  if (check.detail === '') return `${head}  [${check.id}]`;
  if (check.status === 'fail') {
    const reasons = check.detail.split('\n').map((line) => `        ${line}`);
    return [`${head}  [${check.id}]`, ...reasons].join('\n');
  }
  const [line = '', ...more] = check.detail.split('\n');
  return `${head}: ${line}${more.length > 0 ? ' …' : ''}`;
}

/** A report for programs: the report itself as JSON, with stable ids. */
export function renderReportJson(report: VerificationReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
