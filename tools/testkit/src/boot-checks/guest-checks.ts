import { failed, pass, passUnless, skip, type CheckResult, type Outcome } from '../verify/check.ts';
import { normaliseValue } from '../verify/system/sysctl-order.ts';
import type { GuestReport } from './guest-report.ts';

/** What is expected of a running system. */
export interface GuestExpectations {
  readonly hasCloudInit: boolean;
  readonly kernelVersion: string | undefined;
  /** Values by key, which must be in effect. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Units that may fail: known, and explained by whoever lists them. */
  readonly toleratedUnits: readonly string[];
}

/** Judges a guest by its report. Pure. */
export function guestChecks(report: GuestReport, expected: GuestExpectations): readonly CheckResult[] {
  const output = (name: string): string => report.sections.get(name)?.output.trim() ?? '';
  const failedUnits = parseFailedUnits(output('failed-units'));
  const surprising = failedUnits.filter((unit) => !expected.toleratedUnits.includes(unit));
  return [
    named('boot-failed-units', 'no unit failed', judgeUnits(surprising, failedUnits, output('why-failed'))),
    named('boot-system-state', 'the system finished booting', judgeState(output('system-state'), surprising)),
    named('boot-cloud-init', 'cloud-init finished without errors', judgeCloudInit(report, expected)),
    named(
      'boot-kernel',
      'the kernel of the image runs',
      judgeKernel(output('kernel'), expected.kernelVersion),
    ),
    named('boot-root', 'the root filesystem is mounted for writing', judgeRoot(output('mounts'))),
    named(
      'boot-sysctls',
      'the settings of the kernel are in effect',
      judgeSysctls(output('sysctls'), expected.sysctls),
    ),
  ];
}

/** Section of the report that reads settings; a key that the kernel lacks is shown as `absent`. */
export function sysctlSection(keys: readonly string[]): string {
  const files = keys.map((key) => `/proc/sys/${key.replaceAll('.', '/')}`);
  if (files.length === 0) return 'true';
  return `for f in ${files.join(' ')}; do echo "$f=$(cat $f 2>/dev/null || echo absent)"; done`;
}

export function named(id: string, title: string, outcome: Outcome): CheckResult {
  return { id, title, ...outcome };
}

/** First word of each line of `systemctl list-units --failed --plain --no-legend`. */
export function parseFailedUnits(output: string): readonly string[] {
  return output
    .split('\n')
    .map(
      (line) =>
        line
          .trim()
          .replace(/^[●*x]\s*/u, '')
          .split(/\s+/u)[0] ?? '',
    )
    .filter((unit) => /\.[a-z]+$/u.test(unit));
}

function judgeUnits(surprising: readonly string[], all: readonly string[], reasons: string): Outcome {
  if (surprising.length > 0) return failed(`${surprising.join(', ')}\n${reasons}`);
  return pass(all.length > 0 ? `tolerated: ${all.join(', ')}` : '');
}

function judgeState(state: string, surprising: readonly string[]): Outcome {
  const word = state.split('\n').at(-1) ?? '';
  if (word === 'running') return pass(word);
  if (word === 'degraded' && surprising.length === 0) return pass('degraded by tolerated units only');
  return failed(word === '' ? 'the guest did not say' : `systemctl is-system-running: ${state}`);
}

function judgeCloudInit(report: GuestReport, expected: GuestExpectations): Outcome {
  if (!expected.hasCloudInit) return skip('the image has no cloud-init');
  const output = report.sections.get('cloud-init')?.output ?? '';
  const errors = report.sections.get('cloud-init-errors')?.output ?? '';
  if (!/^status: done/mu.test(output)) return failed(`${output || 'no status'}\n${errors}`);
  const listed = /"errors":\s*\[(?<list>[^\]]*)\]/u.exec(errors)?.groups?.['list']?.trim() ?? '';
  if (listed !== '') return failed(`cloud-init says errors: ${listed}`);
  return pass(/^detail:\s*(?<detail>.*)$/mu.exec(output)?.groups?.['detail'] || 'done');
}

function judgeKernel(found: string, wanted: string | undefined): Outcome {
  if (wanted === undefined) return skip(`the image has no single kernel; ${found} runs`);
  return found === wanted ? pass(found) : failed(`${found || 'unknown'} runs instead of ${wanted}`);
}

function judgeRoot(mounts: string): Outcome {
  const root = parseMounts(mounts).get('/');
  if (root === undefined) return failed('no mount of / was reported');
  const writable = root.options.split(',').includes('rw');
  return writable
    ? pass(`${root.source} (${root.type})`)
    : failed(`${root.source} is mounted with ${root.options}`);
}

/** Lines of `findmnt --raw --noheadings --output TARGET,SOURCE,FSTYPE,OPTIONS`. */
export function parseMounts(
  output: string,
): ReadonlyMap<string, { readonly source: string; readonly type: string; readonly options: string }> {
  const rows = output.split('\n').map((line) => line.trim().split(' '));
  return new Map(
    rows.map(([target = '', source = '', type = '', options = '']) => [target, { source, type, options }]),
  );
}

/** Compares the output of `sysctlSection` with the values wanted, by key. */
export function judgeSysctls(output: string, wanted: Readonly<Record<string, string>>): Outcome {
  const keys = Object.keys(wanted);
  if (keys.length === 0) return skip('the elements declare none');
  const found = new Map(
    output.split('\n').map((line) => {
      const [file = '', ...value] = line.split('=');
      return [file.replace('/proc/sys/', '').replaceAll('/', '.'), normaliseValue(value.join('='))];
    }),
  );
  const problems: string[] = [];
  const absent: string[] = [];
  for (const key of keys) {
    const value = found.get(key);
    // Settings of modules exist once the module is loaded, which the agent does when it needs them.
    if (value === undefined || value === 'absent') absent.push(key);
    else if (value !== normaliseValue(wanted[key] ?? ''))
      problems.push(`${key} is ${value} instead of ${wanted[key]}`);
  }
  const note = absent.length > 0 ? `; not in this kernel as it runs: ${absent.join(', ')}` : '';
  if (absent.length === keys.length) return failed(`none of the keys was reported${note}`);
  return passUnless(problems, `${keys.length - absent.length} of ${keys.length}${note}`);
}
