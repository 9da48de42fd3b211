import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { Machine } from '../qemu/start-machine.ts';
import { failed, skip, type CheckResult } from '../verify/check.ts';
import type { BootedGuest, GuestRestart } from './boot-profile.ts';
import type { BootReport } from './boot-report.ts';
import type { BootArtifactRequest } from './boot-request.ts';
import { consoleChecks, hopeless, loginCheck, loginPrompt } from './console-checks.ts';
import { openGuestChannel, type GuestChannel } from './guest-channel.ts';
import { guestChecks, named, sysctlSection } from './guest-checks.ts';
import type { GuestReport } from './guest-report.ts';
import { startReportByLogin } from './report-transport.ts';
import { startBoot, type BootSetup, type StartedBoot } from './start-boot.ts';
import { unlessAborted } from './unless-aborted.ts';

const defaultTimeoutMs = 600_000;

/** What is to be started, and the settings of the kernel that must be in effect, by key. */
export interface ObservedSetup extends Omit<BootSetup, 'sections'> {
  readonly sysctls: Readonly<Record<string, string>>;
}

/** Starts the machine, follows it to the end of its boot, judges it, and stops it. */
export async function observeBoot(
  setup: ObservedSetup,
): Promise<Pick<BootReport, 'checks' | 'reachedMs' | 'accelerator'>> {
  const { request, sysctls } = setup;
  const boot = await startBoot({ ...setup, sections: { sysctls: sysctlSection(Object.keys(sysctls)) } });
  const { machine } = boot;
  const { accelerator } = machine;
  const tell = (message: string): void => request.report?.({ type: 'note', message });
  tell(`${request.firmware}, ${accelerator}, log in ${machine.console.logFile}`);
  const reachedMs: Record<string, number> = {};
  const clock = startClock((event, afterMs) => {
    reachedMs[event] ??= Math.round(afterMs);
    tell(`${event} after ${(afterMs / 1000).toFixed(1)} s`);
  });
  clock.follow(machine);
  try {
    const limits = { timeoutMs: request.timeoutMs ?? defaultTimeoutMs, signal: request.signal };
    const channel = openGuestChannel(machine.report, limits);
    const checks = await unlessAborted(follow({ ...setup, ...boot, clock, channel, limits }), request.signal);
    return { checks, reachedMs, accelerator };
  } finally {
    await clock.stop();
  }
}

interface Clock extends Pick<BootedGuest, 'elapsedMs' | 'reached' | 'isRunning'> {
  /** The machine that counts from now on. */
  readonly follow: (machine: Machine) => void;
  readonly stop: () => Promise<void>;
}

function startClock(note: (event: string, afterMs: number) => void): Clock {
  const started = performance.now();
  let running: Machine | undefined;
  const elapsedMs = (): number => performance.now() - started;
  return {
    elapsedMs,
    reached: (event) => note(event, elapsedMs()),
    isRunning: () => running !== undefined,
    follow: (machine) => {
      running = machine;
      void machine.ended.then(() => {
        if (running === machine) running = undefined;
      });
    },
    stop: async () => running?.stop(),
  };
}

interface Running extends ObservedSetup, StartedBoot {
  readonly clock: Clock;
  readonly channel: GuestChannel;
  readonly limits: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined };
}

async function follow(running: Running): Promise<readonly CheckResult[]> {
  const { machine, clock, request, prepared } = running;
  const judgeConsole = () => consoleChecks(machine.console.text(), request.toleratedUnits);
  const either = new RegExp(`(?<login>${loginPrompt.source})|(?<hopeless>${hopeless.source})`, 'mu');
  const seen = await machine.console.waitFor(either, running.limits);
  request.signal?.throwIfAborted();
  if ('failure' in seen || seen.match.groups?.['hopeless'] !== undefined) {
    const reason = 'failure' in seen ? seen.failure : seen.match[0];
    return tell(request, [await explainNoLogin(machine, reason), ...judgeConsole()]);
  }
  clock.reached('login');
  const reachedLogin = tell(request, [loginCheck({ afterMs: clock.elapsedMs() })]);
  const reporting = awaitReport(running, seen.endsAt);
  const firstBoot = { consoleEndsAt: Number.POSITIVE_INFINITY };
  // What the profile asks of the guest need not wait for the report.
  const [reported, judged] = await Promise.all([
    reporting.then((outcome) => tell(request, judgeReport(running, outcome))),
    tellEach(request, prepared.judge(bootedGuest(running, reporting, firstBoot))),
  ]);
  const shown = tell(request, consoleChecks(machine.console.text().slice(0, firstBoot.consoleEndsAt)));
  // In an order that does not depend on who was faster.
  return [...reachedLogin, ...shown, ...reported, ...judged];
}

/** Reports checks, and gives them back. */
function tell(
  { report, signal }: BootArtifactRequest,
  checks: readonly CheckResult[],
): readonly CheckResult[] {
  // An interrupted machine fails in every way, which says nothing of the image.
  if (signal?.aborted === true) return checks;
  for (const result of checks) report?.({ type: 'check', result });
  return checks;
}

async function tellEach(
  request: BootArtifactRequest,
  checks: AsyncIterable<CheckResult>,
): Promise<readonly CheckResult[]> {
  const all: CheckResult[] = [];
  for await (const result of checks) all.push(...tell(request, [result]));
  return all;
}

/** What the profile may do with the guest. Whatever it asks for waits for the first report. */
function bootedGuest(
  running: Running,
  reporting: Promise<ReportOutcome>,
  firstBoot: { consoleEndsAt: number },
): BootedGuest {
  const { machine, clock, channel, limits } = running;
  const first = reporting.then(({ report }) => report);
  return {
    ...clock,
    report: first,
    signal: limits.signal,
    reportAgain: async () => {
      if ((await first) === undefined) return undefined;
      channel.send('again');
      return (await channel.next()).report;
    },
    reboot: async () => {
      if ((await first) === undefined) return { failure: 'the guest does not report' };
      firstBoot.consoleEndsAt = machine.console.text().length;
      channel.send('reboot');
      return restart(running);
    },
  };
}

/** QEMU ends when the guest reboots; then it is started once more. */
async function restart(running: Running): Promise<GuestRestart> {
  const { machine, clock, limits, startAgain } = running;
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const late = new Promise<'late'>((resolve) => {
    timeout.addEventListener('abort', () => resolve('late'), { once: true });
  });
  if ((await Promise.race([machine.ended, late])) === 'late') return { failure: 'it did not go down' };
  limits.signal?.throwIfAborted();
  const again = await startAgain();
  clock.follow(again);
  const seen = await again.console.waitFor(loginPrompt, limits);
  if ('failure' in seen) return { failure: seen.failure };
  const channel = openGuestChannel(again.report, limits);
  return { report: channel.next().then(({ report }) => report) };
}

/** The report, or why there is none: `refusal` where the image offers no way to get one. */
interface ReportOutcome {
  readonly report: GuestReport | undefined;
  readonly refusal?: string | undefined;
  readonly failure?: string | undefined;
}

async function awaitReport(running: Running, promptEndsAt: number): Promise<ReportOutcome> {
  const { machine, login, channel, limits, clock } = running;
  if (login !== undefined) {
    const refusal = await startReportByLogin(machine.console, login, { from: promptEndsAt, ...limits });
    if (refusal !== undefined) return { report: undefined, refusal };
  }
  const arrival = await channel.next();
  if (arrival.report !== undefined) clock.reached('report');
  return arrival;
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
