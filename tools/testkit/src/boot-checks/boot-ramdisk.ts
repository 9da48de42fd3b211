import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { Accelerator } from '../qemu/qemu-arguments.ts';
import { startMachine, type Machine } from '../qemu/start-machine.ts';
import type { CheckResult } from '../verify/check.ts';
import type { BootReport } from './boot-report.ts';
import type { BootEvent } from './boot-request.ts';
import { hopeless, loginPrompt } from './console-checks.ts';
import {
  askScript,
  initCheck,
  ramdiskConsoleCheck,
  shellChecks,
  withoutShell,
  type RamdiskShell,
} from './ramdisk-checks.ts';
import { unlessAborted } from './unless-aborted.ts';

/** The name by which `boot.profile` of an image definition asks for this. */
export const ramdiskProfile = 'ramdisk';

const defaultTimeoutMs = 300_000;

/** A busy host may let TCG miss the ticks by which the kernel checks its timer. */
const commandLine = 'console=ttyS0 quiet panic=1 no_timer_check troubleshoot';

/** A kernel and its ramdisk; neither is written to. */
export interface BootRamdiskRequest {
  readonly kernel: string;
  readonly initramfs: string;
  readonly firmware: 'bios' | 'uefi';
  /** Gets `console.log`. */
  readonly logDirectory: string;
  readonly memoryMebibytes: number;
  /** Programs that the shell must find, by name or path: those of the elements' `binary-deps.d`. */
  readonly programs?: readonly string[];
  readonly accelerator?: Accelerator;
  /** For each thing that is waited for; five minutes unless said. */
  readonly timeoutMs?: number;
  readonly report?: (event: BootEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a kernel with its ramdisk in QEMU, with `troubleshoot` on the kernel command line, an empty disk and a network card, follows
 * it to its init and to the shell, looks around there, and lets it go on. A ramdisk that is a whole system is followed to its login prompt.
 *
 * Needs `bootTools`; no root. Throws a BuildFailure for files that are not there, or a QEMU that does not start.
 */
export async function bootRamdisk(given: BootRamdiskRequest): Promise<BootReport> {
  const request = {
    ...given,
    kernel: resolve(given.kernel),
    initramfs: resolve(given.initramfs),
    logDirectory: resolve(given.logDirectory),
  };
  for (const file of [request.kernel, request.initramfs]) await assertReadable(file);
  const directory = await mkdtemp(join(tmpdir(), 'kiln-boot-'));
  try {
    const machine = await start(request, directory);
    try {
      const observed = await unlessAborted(observe(request, machine), request.signal);
      const counts = { pass: 0, fail: 0, skip: 0 };
      for (const result of observed.checks) {
        counts[result.status] += 1;
        request.report?.({ type: 'check', result });
      }
      const { initramfs: artifact, firmware, logDirectory } = request;
      const { accelerator } = machine;
      const passed = counts.fail === 0;
      return {
        artifact,
        profile: ramdiskProfile,
        firmware,
        accelerator,
        passed,
        counts,
        logDirectory,
        ...observed,
      };
    } finally {
      await machine.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function assertReadable(file: string): Promise<void> {
  await stat(file).catch(() => fail({ code: 'artifact-unreadable', file, reason: 'there is no such file' }));
}

async function start(request: BootRamdiskRequest, directory: string): Promise<Machine> {
  const disk = join(directory, 'disk.raw');
  const handle = await open(disk, 'w');
  await handle.truncate(64 * 2 ** 20);
  await handle.close();
  const machine = await startMachine({
    disks: [{ file: disk, format: 'raw', use: 'own' }],
    memoryMebibytes: request.memoryMebibytes,
    firmware: request.firmware,
    logDirectory: request.logDirectory,
    accelerator: request.accelerator,
    kernel: { file: request.kernel, initrd: request.initramfs, commandLine },
    onConsoleLine: (line) => request.report?.({ type: 'console-line', line }),
    signal: request.signal,
  });
  const message = `${request.firmware}, ${machine.accelerator}, log in ${machine.console.logFile}`;
  request.report?.({ type: 'note', message });
  return machine;
}

async function observe(
  request: BootRamdiskRequest,
  machine: Machine,
): Promise<{ readonly checks: readonly CheckResult[]; readonly reachedMs: BootReport['reachedMs'] }> {
  const started = performance.now();
  const reachedMs: Record<string, number> = {};
  const reached = (event: string): void => {
    reachedMs[event] = Math.round(performance.now() - started);
    request.report?.({ type: 'note', message: `${event} after ${(reachedMs[event] / 1000).toFixed(1)} s` });
  };
  const { console } = machine;
  const limits = { timeoutMs: request.timeoutMs ?? defaultTimeoutMs, signal: request.signal };
  const first = new RegExp(
    `(?<init>^ramdisk: init$)|(?<login>${loginPrompt.source})|(?<hopeless>${hopeless.source})`,
    'mu',
  );
  const seen = await console.waitFor(first, limits);
  const groups = 'failure' in seen ? undefined : seen.match.groups;
  if (groups === undefined || groups['hopeless'] !== undefined) {
    const reason = 'failure' in seen ? seen.failure : seen.match[0];
    return { checks: [await explainNoInit(machine, reason), ramdiskConsoleCheck(console.text())], reachedMs };
  }
  const isSystem = groups['login'] !== undefined;
  reached(isSystem ? 'login' : 'init');
  const shell = isSystem ? undefined : await useShell(request, machine, reached);
  const asked = { programs: request.programs ?? [] };
  const inShell = shell === undefined ? withoutShell() : shellChecks(shell, asked);
  return {
    checks: [
      initCheck(isSystem ? 'a system of its own, up to its login prompt' : '/init'),
      ...inShell,
      ramdiskConsoleCheck(console.text()),
    ],
    reachedMs,
  };
}

/** Waits for the shell, has it tell what is there, and leaves it. */
async function useShell(
  request: BootRamdiskRequest,
  { console }: Machine,
  reached: (event: string) => void,
): Promise<RamdiskShell> {
  const limits = { timeoutMs: request.timeoutMs ?? defaultTimeoutMs, signal: request.signal };
  const offered = await console.waitFor(/Starting a shell for troubleshooting/u, limits);
  if ('failure' in offered) return { failure: `none was started: ${offered.failure}` };
  const prompt = await console.waitFor(/[#$] $/u, { ...limits, from: offered.endsAt });
  if ('failure' in prompt) return { failure: `no prompt: ${prompt.failure}` };
  reached('shell');
  console.write(askScript(request.programs ?? []));
  const told = await console.waitFor(/^kiln-end$/mu, { ...limits, from: prompt.endsAt });
  if ('failure' in told) return { failure: `it does not answer: ${told.failure}` };
  const answers = console.text().slice(prompt.endsAt, told.endsAt);
  console.write('exit\n');
  const address = await console.waitFor(/^ramdisk: address (?<address>\S+)$/mu, {
    ...limits,
    from: told.endsAt,
  });
  if ('failure' in address) return { answers, afterwards: { failure: address.failure } };
  reached('address');
  return { answers, afterwards: { address: address.match.groups?.['address'] ?? '' } };
}

/** A QEMU that ends before the machine says anything is a problem of the host. */
async function explainNoInit(machine: Machine, reason: string): Promise<CheckResult> {
  const lastLines = machine.console
    .text()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-15);
  if (reason !== 'the machine ended') return initCheck({ reason, lastLines });
  const { status, complaint } = await machine.ended;
  if (lastLines.length > 0) return initCheck({ reason: `the machine ended (${status})`, lastLines });
  return fail({
    code: 'machine-failed',
    doing: 'starting',
    reason: `${status} ${complaint}`.trim(),
    logFile: machine.console.logFile,
    lastLines,
  });
}
