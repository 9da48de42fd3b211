import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { Machine } from '../qemu/start-machine.ts';
import { failed, skip, type CheckResult } from '../verify/check.ts';
import { applies } from '../verify/declared/declared-check.ts';
import type { BootedGuest } from './boot-profile.ts';
import type { BootReport } from './boot-report.ts';
import type { BootArtifactRequest } from './boot-request.ts';
import { consoleChecks, hopeless, loginCheck, loginPrompt } from './console-checks.ts';
import { guestChecks, named, sysctlSection } from './guest-checks.ts';
import { parseGuestReport, reportEnd, type GuestReport } from './guest-report.ts';
import { startReportByLogin } from './report-transport.ts';
import { startBoot, type BootSetup, type StartedBoot } from './start-boot.ts';

const defaultTimeoutMs = 600_000;

/** Starts the machine, follows it to the end of its boot, judges it, and stops it. */
export async function observeBoot(
  setup: Omit<BootSetup, 'sections'>,
): Promise<Pick<BootReport, 'checks' | 'reachedMs' | 'accelerator'>> {
  const { request } = setup;
  const sysctls = declaredSysctls(request);
  const boot = await startBoot({ ...setup, sections: { sysctls: sysctlSection(Object.keys(sysctls)) } });
  const { machine } = boot;
  const { accelerator } = machine;
  const tell = (message: string): void => request.report?.({ type: 'note', message });
  tell(`${request.firmware}, ${accelerator}, log in ${machine.console.logFile}`);
  const reachedMs: Record<string, number> = {};
  const clock = startClock(machine, (event, afterMs) => {
    reachedMs[event] ??= Math.round(afterMs);
    tell(`${event} after ${(afterMs / 1000).toFixed(1)} s`);
  });
  try {
    const checks = await follow({ ...setup, ...boot, clock, sysctls });
    request.signal?.throwIfAborted();
    for (const result of checks) request.report?.({ type: 'check', result });
    return { checks, reachedMs, accelerator };
  } finally {
    await machine.stop();
  }
}

type Clock = Pick<BootedGuest, 'elapsedMs' | 'reached' | 'isRunning'>;

function startClock(machine: Machine, note: (event: string, afterMs: number) => void): Clock {
  const started = performance.now();
  let running = true;
  void machine.ended.then(() => {
    running = false;
  });
  const elapsedMs = (): number => performance.now() - started;
  return { elapsedMs, reached: (event) => note(event, elapsedMs()), isRunning: () => running };
}

interface Running extends Omit<BootSetup, 'sections'>, StartedBoot {
  readonly clock: Clock;
  readonly sysctls: Readonly<Record<string, string>>;
}

async function follow(running: Running): Promise<readonly CheckResult[]> {
  const { machine, clock, request, prepared } = running;
  const judgeConsole = () => consoleChecks(machine.console.text(), request.toleratedUnits);
  const either = new RegExp(`(?<login>${loginPrompt.source})|(?<hopeless>${hopeless.source})`, 'mu');
  const seen = await machine.console.waitFor(either, {
    timeoutMs: request.timeoutMs ?? defaultTimeoutMs,
    signal: request.signal,
  });
  request.signal?.throwIfAborted();
  if ('failure' in seen || seen.match.groups?.['hopeless'] !== undefined) {
    const reason = 'failure' in seen ? seen.failure : seen.match[0];
    return [await explainNoLogin(machine, reason), ...judgeConsole()];
  }
  clock.reached('login');
  const reachedLogin = loginCheck({ afterMs: clock.elapsedMs() });
  const reporting = awaitReport(running, seen.endsAt);
  // What the profile asks of the guest need not wait for the report.
  const [outcome, judged] = await Promise.all([
    reporting,
    prepared.judge({ ...clock, report: reporting.then(({ report }) => report), signal: request.signal }),
  ]);
  return [
    reachedLogin,
    ...consoleChecks(machine.console.text()),
    ...judgeReport(running, outcome),
    ...judged,
  ];
}

/** The report, or why there is none: `refusal` where the image offers no way to get one. */
interface ReportOutcome {
  readonly report: GuestReport | undefined;
  readonly refusal?: string | undefined;
  readonly failure?: string | undefined;
}

async function awaitReport(running: Running, promptEndsAt: number): Promise<ReportOutcome> {
  const { machine, login, request, clock } = running;
  const wait = { timeoutMs: request.timeoutMs ?? defaultTimeoutMs, signal: request.signal };
  if (login !== undefined) {
    const refusal = await startReportByLogin(machine.console, login, { from: promptEndsAt, ...wait });
    if (refusal !== undefined) return { report: undefined, refusal };
  }
  const arrived = await machine.report.waitFor(reportEnd, wait);
  const report = parseGuestReport(machine.report.text());
  if (report !== undefined) clock.reached('report');
  return { report, failure: 'failure' in arrived ? arrived.failure : undefined };
}

function judgeReport(running: Running, outcome: ReportOutcome): readonly CheckResult[] {
  const { report, refusal, failure } = outcome;
  if (report === undefined) {
    const verdict =
      refusal === undefined ? failed(`no whole report: ${failure ?? 'it is damaged'}`) : skip(refusal);
    return [named('boot-report', 'the guest reports its state', verdict)];
  }
  return guestChecks(report, {
    hasCloudInit: running.facts.hasCloudInit,
    kernelVersion: running.facts.kernelVersion,
    sysctls: running.sysctls,
    toleratedUnits: running.request.toleratedUnits ?? [],
  });
}

/** A QEMU that ends before the machine says anything is a problem of the host, not of the image. */
async function explainNoLogin(machine: Machine, reason: string): Promise<CheckResult> {
  const lines = machine.console.text().split('\n');
  const lastLines = lines.filter((line) => line.trim() !== '').slice(-15);
  if (reason !== 'the machine ended') return loginCheck({ reason, lastLines });
  const { status, complaint } = await machine.ended;
  if (lastLines.length > 0) return loginCheck({ reason: `the machine ended (${status})`, lastLines });
  const why = `${status} ${complaint}`.trim();
  return fail({
    code: 'machine-failed',
    doing: 'starting',
    reason: why,
    logFile: machine.console.logFile,
    lastLines,
  });
}

function declaredSysctls({
  checks = [],
  environment = {},
}: BootArtifactRequest): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { question, conditions } of checks) {
    if (question.kind === 'sysctl' && applies(conditions, environment)) values[question.key] = question.value;
  }
  return values;
}
