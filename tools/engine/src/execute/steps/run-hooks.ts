import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BuildFailure, fail, type Failure } from '../../diagnostics/failure.ts';
import { freeBytesAt, fullDiskText } from '../../diagnostics/full-disk.ts';
import { maskSecrets } from '../../elements/mask-secrets.ts';
import type { HookFile } from '../../elements/merge-hooks.ts';
import { orderEnvironmentFiles } from '../../elements/order-environment-files.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { phaseEnvironment } from '../../plan/phase-environment.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import { chrootPhases, type Phase } from '../../util/phase.ts';
import { hooksFolderOf, insideTarget, programPathOf, rootOf, variablesOfLent } from './hook-places.ts';
import { watchForLack } from './lack-offline.ts';
import type { Workbench } from '../workbench.ts';

/** Variables that bash sets for itself. */
const bashOwn = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD']);

/**
 * Sources environment.d where the phase's hooks run, and returns what it exports. Once a phase, all files in one bash,
 * as diskimage-builder does; nothing flows from one phase to the next.
 */
export async function sourceEnvironment(
  sandbox: Sandbox,
  phase: Phase,
  step: {
    readonly files: readonly HookFile[];
    readonly variables: Readonly<Record<string, string>>;
    readonly secrets: readonly string[];
  },
): Promise<Readonly<Record<string, string>>> {
  const folder = hooksFolderOf(phase);
  const lent = variablesOfLent(phase, step.files);
  const env = { ...lent, ...phaseEnvironment(phase, step.variables), PATH: programPathOf(phase) };
  const files = orderEnvironmentFiles(step.files).map((file) => `${folder}/${file.path}`);
  const result = await sandbox.run(
    [...rootOf(phase), '/bin/bash', '--norc', '-c', sourceScript, 'dib-run-parts', ...files],
    { env, allowFailure: true },
  );
  if (!result.ok) {
    const lines = result.stderr.split('\n').slice(-20).map(maskSecrets(env, step.secrets));
    fail({ code: 'environment-hook-failed', phase, lastLines: lines });
  }
  const exported = result.stdout
    .split('\0')
    .filter((line) => line.includes('='))
    .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return Object.fromEntries(exported.filter(([name]) => !bashOwn.has(name)));
}

const sourceScript = `exec 3>&1 1>&2
set -ue -o pipefail
for file in "$@"; do . "$file"; done
exec env -0 >&3`;

/** One hook about to run. */
export interface HookRun {
  readonly step: string;
  readonly image: string;
  readonly phase: Phase;
  readonly hook: HookFile;
  readonly index: number;
  readonly count: number;
  readonly env: Readonly<Record<string, string>>;
  /** Variables that are secret whatever their names. */
  readonly secrets: readonly string[];
  /** Gets what it prints. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Runs one hook with its log; fails with 'hook-failed'. @returns how long it took, in milliseconds. */
export async function runHook(bench: Workbench, sandbox: Sandbox, run: HookRun): Promise<number> {
  const name = basename(run.hook.path);
  const folder = hooksFolderOf(run.phase);
  const event = { step: run.step, hook: `${run.phase}.d/${name}`, element: run.hook.element };
  bench.report({ type: 'hook-started', ...event, index: run.index, count: run.count });
  const command = [...rootOf(run.phase), `${folder}/${run.hook.path}`] as const;
  const result = await runLogged(bench, sandbox, {
    ...event,
    command,
    env: run.env,
    secrets: run.secrets,
    onLine: run.onLine,
    path: programPathOf(run.phase),
    log: `${run.phase}.d-${name}.log`,
  });
  bench.report({ type: 'hook-finished', ...event, durationMs: result.durationMs, ok: result.ok });
  if (result.ok) return result.durationMs;
  if (result.lacking !== undefined) fail({ code: 'offline-and-not-cached', what: result.lacking });
  const failed: Failure = {
    code: 'hook-failed',
    element: run.hook.element,
    phase: run.phase,
    hook: name,
    where: chrootPhases.has(run.phase) ? 'inside the chroot' : 'on the host',
    status: result.status,
    seconds: result.durationMs / 1000,
    lastLines: result.lastLines,
    logFile: result.logFile,
    replay: `${shellBefore(bench, run)} ${run.phase}.d/${name}`,
  };
  throw new BuildFailure([failed, ...(await fullDiskBehind(bench, result.lastLines, event.hook))]);
}

function shellBefore({ subject }: Workbench, { image }: HookRun): string {
  return subject?.shellBefore ?? `kiln shell ${subject?.words ?? image} --before`;
}

/** Whether a hook failed for a full disk of ours: by the room that is left there, and by what it said. */
async function fullDiskBehind(
  bench: Workbench,
  lines: readonly string[],
  hook: string,
): Promise<readonly Failure[]> {
  const { work: path } = bench.store.paths;
  const freeBytes = await freeBytesAt(path);
  const isFull = freeBytes < (lines.some((line) => fullDiskText.test(line)) ? littleBytes : noBytes);
  return isFull ? [{ code: 'disk-full', path, freeBytes, doing: `running the hook ${hook}` }] : [];
}

/** Not every program says why it could not write; with so little left, that was it. */
const noBytes = 4 << 20;

/** What could not be written may have been large, and its place be free again. */
const littleBytes = 1 << 30;

interface LoggedCommand {
  readonly step: string;
  readonly hook: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly onLine?: ((line: string) => void) | undefined;
  /** PATH. */
  readonly path: string;
  readonly log: string;
}

/**
 * Runs a command with its output in a log of its own, and reported line by line, both without secrets. Offline it has no network but this
 * machine's own, and `lacking` is the first thing that it wanted from there.
 */
export async function runLogged(bench: Workbench, sandbox: Sandbox, request: LoggedCommand) {
  const directory = join(bench.logDirectory, request.step);
  await mkdir(directory, { recursive: true });
  const logFile = join(directory, request.log);
  // A log that the disk has no room for must not end the build by itself: what the hook meets there will.
  const log = createWriteStream(logFile).on('error', () => {});
  const lastLines: string[] = [];
  const offline = bench.fetching.network === 'offline';
  const lack = watchForLack();
  const masked = maskSecrets(request.env, request.secrets);
  const result = await sandbox.run(offline ? [...withoutNetwork, ...request.command] : request.command, {
    // Snippets of environment.d may have put something in front.
    env: { PATH: request.path, ...request.env },
    allowFailure: true,
    onLine: (printed) => {
      request.onLine?.(printed);
      const line = masked(printed);
      log.write(`${line}\n`);
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      if (offline) lack.look(line);
      bench.report({ type: 'hook-output', step: request.step, hook: request.hook, line });
    },
  });
  await new Promise((resolve) => log.end(resolve));
  return { ...result, lastLines, logFile, lacking: offline ? lack.what() : undefined };
}

const withoutNetwork = [
  'unshare',
  '--net',
  'sh',
  '-c',
  'ip link set lo up 2>/dev/null; exec "$@"',
  'kiln-offline',
] as const;

/** Shows the hooks directory, read-only, inside the target root for as long as `body` runs. */
export async function withHooksInside<T>(sandbox: Sandbox, phase: Phase, body: () => Promise<T>): Promise<T> {
  if (!chrootPhases.has(phase)) return body();
  const inside = `${sandboxPaths.targetRoot}${insideTarget}`;
  await sandbox.run(['bash', '--norc', '-c', bindScript, 'kiln-hooks', sandboxPaths.hooks, inside]);
  const result = await body();
  await sandbox.run(['sh', '-c', 'umount "$0" && rmdir --ignore-fail-on-non-empty "$0"', inside]);
  return result;
}

const bindScript = `set -eu
mkdir -p "$2"
mount --bind "$1" "$2"
mount -o remount,bind,ro "$2"`;
