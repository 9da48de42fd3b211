import { randomUUID } from 'node:crypto';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { dhcpNetworkData, writeConfigDrive } from '../qemu/config-drive.ts';
import { defaultMacAddress, startMachine, type Machine } from '../qemu/start-machine.ts';
import { failed, skip, type CheckResult } from '../verify/check.ts';
import { applies } from '../verify/declared/declared-check.ts';
import type { BootedGuest, PreparedProfile } from './boot-profile.ts';
import type { BootReport } from './boot-report.ts';
import type { BootArtifactRequest } from './boot-request.ts';
import { consoleChecks, hopeless, loginCheck, loginPrompt } from './console-checks.ts';
import { guestChecks, named, sysctlSection } from './guest-checks.ts';
import { commonSections, parseGuestReport, reportEnd, reportScript } from './guest-report.ts';
import type { ImageFacts } from './image-facts.ts';
import {
  makeProbeLogin,
  reportDevice,
  reportUserData,
  startReportByLogin,
  type ProbeLogin,
} from './report-transport.ts';

export interface Observation {
  readonly request: BootArtifactRequest;
  readonly facts: ImageFacts;
  readonly prepared: PreparedProfile;
  readonly directory: string;
  readonly run: Runner;
}

const defaultTimeoutMs = 600_000;

/** Starts the machine, follows it to the end of its boot, judges it, and stops it. */
export async function observeBoot(
  observation: Observation,
): Promise<Pick<BootReport, 'checks' | 'reachedMs' | 'accelerator'>> {
  const { request, facts, prepared } = observation;
  const sysctls = declaredSysctls(request);
  const sections = { ...commonSections, sysctls: sysctlSection(Object.keys(sysctls)), ...prepared.sections };
  const script = reportScript(sections, reportDevice);
  const login = facts.hasCloudInit ? undefined : await makeProbeLogin(script, observation.run);
  const started = performance.now();
  const machine = await start(observation, script, login);
  const reachedMs: Record<string, number> = {};
  const state = { running: true };
  void machine.ended.then(() => {
    state.running = false;
  });
  const guest: Omit<BootedGuest, 'report'> = {
    elapsedMs: () => performance.now() - started,
    reached: (event) => {
      reachedMs[event] ??= Math.round(performance.now() - started);
    },
    isRunning: () => state.running,
    signal: request.signal,
  };
  try {
    const checks = await follow({ ...observation, machine, login, guest, sysctls });
    for (const result of checks) request.report?.({ type: 'check', result });
    return { checks, reachedMs, accelerator: machine.accelerator };
  } finally {
    await machine.stop();
  }
}

async function start(
  { request, prepared, directory, run, facts }: Observation,
  script: string,
  login: ProbeLogin | undefined,
): Promise<Machine> {
  const drive = await writeConfigDrive(
    directory,
    {
      uuid: randomUUID(),
      hostname: 'kiln-boot',
      files: prepared.files,
      userData: reportUserData(script, prepared.commands),
      networkData: dhcpNetworkData(defaultMacAddress),
    },
    run,
  );
  const machine = await startMachine({
    disks: [
      { file: request.artifact, format: facts.format, use: 'image' },
      { file: drive, format: 'raw', use: 'read-only' },
    ],
    memoryMebibytes: request.definition?.boot.memoryMebibytes ?? 1024,
    firmware: request.firmware,
    logDirectory: request.logDirectory,
    accelerator: request.accelerator,
    processorModel: request.processorModel,
    forwards: prepared.forwards,
    credentials: login?.credentials ?? {},
    onConsoleLine: (line) => request.report?.({ type: 'console-line', line }),
    signal: request.signal,
  });
  request.report?.({
    type: 'note',
    message: `${request.firmware}, ${machine.accelerator}, log in ${machine.console.logFile}`,
  });
  return machine;
}

interface Running extends Observation {
  readonly machine: Machine;
  readonly login: ProbeLogin | undefined;
  readonly guest: Omit<BootedGuest, 'report'>;
  readonly sysctls: Readonly<Record<string, string>>;
}

async function follow(running: Running): Promise<readonly CheckResult[]> {
  const { machine, guest, request, facts, prepared } = running;
  const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
  const either = new RegExp(`(?<login>${loginPrompt.source})|(?<hopeless>${hopeless.source})`, 'mu');
  const seen = await machine.console.waitFor(either, { timeoutMs, signal: request.signal });
  request.signal?.throwIfAborted();
  if ('failure' in seen || seen.match.groups?.['hopeless'] !== undefined) {
    return [
      await explainNoLogin(machine, 'failure' in seen ? seen.failure : (seen.match[0] ?? '')),
      ...consoleChecks(machine.console.text()),
    ];
  }
  guest.reached('login');
  const reachedLogin = loginCheck({ afterMs: guest.elapsedMs() });
  request.report?.({
    type: 'note',
    message: `login prompt after ${(guest.elapsedMs() / 1000).toFixed(1)} s`,
  });

  const refusal =
    running.login === undefined
      ? undefined
      : await startReportByLogin(machine.console, running.login, {
          from: seen.endsAt,
          timeoutMs,
          signal: request.signal,
        });
  const wait = { timeoutMs: refusal === undefined ? timeoutMs : 0, signal: request.signal };
  const arrived = await machine.report.waitFor(reportEnd, wait);
  request.signal?.throwIfAborted();
  const report = parseGuestReport(machine.report.text());
  if (report !== undefined) guest.reached('report');
  const reported =
    report === undefined
      ? [
          named(
            'boot-report',
            'the guest reports its state',
            refusal === undefined
              ? failed(`no whole report: ${'failure' in arrived ? arrived.failure : ''}`)
              : skip(refusal),
          ),
        ]
      : guestChecks(report, {
          hasCloudInit: facts.hasCloudInit,
          kernelVersion: facts.kernelVersion,
          sysctls: running.sysctls,
          toleratedUnits: request.toleratedUnits ?? [],
        });
  const judged = await prepared.judge({ ...guest, report });
  return [reachedLogin, ...consoleChecks(machine.console.text()), ...reported, ...judged];
}

/** A QEMU that ends before the machine does anything is a problem of the host, not of the image. */
async function explainNoLogin(machine: Machine, reason: string): Promise<CheckResult> {
  const lastLines = machine.console
    .text()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-15);
  if (reason === 'the machine ended') {
    const { status, complaint } = await machine.ended;
    if (lastLines.length === 0) {
      return fail({
        code: 'machine-failed',
        doing: 'starting',
        reason: `${status} ${complaint}`.trim(),
        logFile: machine.console.logFile,
        lastLines,
      });
    }
    return loginCheck({ reason: `the machine ended (${status})`, lastLines });
  }
  return loginCheck({ reason, lastLines });
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
