import { mkdirSync, statSync } from 'node:fs';
import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { CommandIo } from '../disk-image-create/create-disk-image.ts';
import type { DiskImageInvocation } from '../disk-image-create/disk-image-invocation.ts';
import { parseDiskImageArguments } from '../disk-image-create/parse-disk-image-arguments.ts';
import { type CommandProcess, failuresText, thisProcess } from '../command/run-command-line.ts';
import { versionText } from '../command/version-text.ts';
import { scanOptions, type UsedOption } from '../options/scan-options.ts';
import type { Environment } from './amphora-settings.ts';
import { planJson, planText } from './describe-plan.ts';
import { octaviaHelp } from './help-text.ts';
import { generationNames, generations, type OctaviaGeneration } from './octavia-generation.ts';
import { type OctaviaOption, octaviaOptions } from './octavia-options.ts';
import { type AmphoraHost, type AmphoraPlan, planAmphora } from './plan-amphora.ts';
import { readAmphoraHost } from './read-amphora-host.ts';
import { readAmphoraSettings } from './read-amphora-settings.ts';

/** Version of Octavia's script, which is the same since 2014. */
const scriptVersion = '0.1';

type Build = (invocation: DiskImageInvocation, io: CommandIo) => Promise<number>;

/** What the command is given in tests in place of the real thing. */
export interface Replaced {
  readonly io?: CommandProcess;
  readonly host?: AmphoraHost;
  readonly create?: Build;
}

/**
 * `diskimage-create.sh`: builds the image of an amphora as Octavia's script of that name does.
 *
 * @returns its exit code: 0 done, 1 failed or used wrongly, 3 a value is wrong, 130 interrupted; in compatibility mode, 1 for `-h` and `-v`, 2 on an unknown host.
 */
export async function main(
  argv: readonly string[],
  name = 'diskimage-create.sh',
  replaced: Replaced = {},
): Promise<number> {
  const io = replaced.io ?? thisProcess();
  const scanned = scanOptions(argv, octaviaOptions);
  if (!scanned.ok)
    return wrongUse(
      io,
      scanned.failures.map((failure) => complaint(name, failure)),
    );
  const { used, operands } = scanned.value;
  const asked = (key: OctaviaOption['key']): string | undefined =>
    used.findLast((it) => it.option.key === key)?.value;
  const compatible =
    asked('compat') !== undefined || ['1', 'true'].includes(io.environment['KILN_COMPAT'] ?? '');
  const named = asked('octavia') ?? (io.environment['KILN_OCTAVIA'] || 'current');
  const known = generationNames.find((it) => it === named);
  if (known === undefined)
    return refuse(io, {
      exitCode: 3,
      lines: [`Error: Unknown release ${named} of Octavia; known are ${generationNames.join(', ')}`],
    });
  const generation = generations[known];
  if (asked('help') !== undefined) return tell(io, octaviaHelp(generation), compatible);
  if (asked('version') !== undefined) return tell(io, versionLines(name, compatible), compatible);
  const [lacking] = used.filter(({ option }) => generation.lacks.includes(option.short ?? ''));
  if (lacking !== undefined)
    return wrongUse(io, [`${name}: illegal option -- ${lacking.option.short}`], generation);
  if (operands.length > 0) return wrongUse(io, [], generation);
  if (asked('json') !== undefined && asked('dry-run') === undefined)
    return wrongUse(io, [`${name}: --json goes with --dry-run`], generation);
  return buildOrShow({ io, used, generation, compatible, replaced });
}

interface Call {
  readonly io: CommandProcess;
  readonly used: readonly UsedOption<OctaviaOption>[];
  readonly generation: OctaviaGeneration;
  readonly compatible: boolean;
  readonly replaced: Replaced;
}

async function buildOrShow({ io, used, generation, compatible, replaced }: Call): Promise<number> {
  const host = replaced.host ?? readAmphoraHost(io.cwd, io.environment);
  const settings = readAmphoraSettings(used, io.environment, generation);
  if (!settings.ok) return refuse(io, settings.refusal);
  if (compatible && !isKnownHost(host))
    return refuse(io, { exitCode: 2, lines: ['Unknown Host OS. Impossible to build images.', 'Aborting'] });
  const planned = planAmphora(settings.value, io.environment, host);
  if (!planned.ok) return refuse(io, planned.refusal);
  const plan = planned.value;
  const has = (key: OctaviaOption['key']): boolean => used.some(({ option }) => option.key === key);
  for (const line of plan.warnings) io.stderr.write(`Warning: ${line}\n`);
  if (has('dry-run')) {
    for (const line of plan.obstacles) io.stderr.write(`${line}\n`);
    io.stdout.write(has('json') ? planJson(plan) : planText(plan));
    return 0;
  }
  for (const line of plan.announcements) io.stdout.write(`${line}\n`);
  if (plan.obstacles.length > 0) return refuse(io, { exitCode: 1, lines: plan.obstacles });
  const exitCode = await create(plan, io, replaced.create ?? createInEngine);
  if (exitCode === 0 && generation.saysResult) io.stdout.write(resultLines(plan));
  return exitCode;
}

/** The engine is loaded only where something is built. */
const createInEngine: Build = async (invocation, io) => {
  const { createDiskImage } = await import('../disk-image-create/create-disk-image.ts');
  return createDiskImage(invocation, io);
};

/** Calls `disk-image-create` with the plan, in this process. */
async function create(plan: AmphoraPlan, io: CommandProcess, build: Build): Promise<number> {
  for (const folder of plan.makes) mkdirSync(folder, { recursive: true });
  const environment: Environment = {
    ...io.environment,
    ...plan.environment,
    AMP_ROOTPW: undefined,
    ...(plan.workingDirectory === undefined ? {} : { KILN_WORK: plan.workingDirectory }),
  };
  const parsed = parseDiskImageArguments([...plan.arguments, ...plan.elements], environment, 'disk');
  if (!parsed.ok) {
    io.stderr.write(`${failuresText(parsed.failures, io)}\n`);
    return 1;
  }
  const invocation = plan.cache === undefined ? { ...parsed.value, imageCache: undefined } : parsed.value;
  const cancelled = new AbortController();
  const cancel = (): void => cancelled.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, cancel);
  try {
    return await build(invocation, {
      stdout: io.stdout,
      stderr: io.stderr,
      cwd: io.cwd,
      signal: cancelled.signal,
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, cancel);
  }
}

function resultLines(plan: AmphoraPlan): string {
  const reference = plan.environment['DIB_REPOREF_amphora_agent'] ?? '';
  const built =
    reference === ''
      ? 'Successfully built the amphora image using amphora-agent from the master branch.'
      : `Successfully built the amphora using the ${reference} amphora-agent.`;
  const size = statSync(plan.outputFile, { throwIfNoEntry: false })?.size;
  return `${built}\nAmphora image size: ${size === undefined ? '' : `${plan.outputFile} ${size}`}\n`;
}

/** Hosts on which Octavia's script builds. */
function isKnownHost({ system }: AmphoraHost): boolean {
  return /^(Ubuntu|Debian|Fedora|CentOS|Red Hat|Rocky|SUSE|openSUSE|SLE|Gentoo)/.test(system ?? '');
}

function versionLines(name: string, compatible: boolean): string {
  const own = compatible ? '' : versionText(name);
  return `Amphora disk image creation script version: ${scriptVersion}\n${own}`;
}

function tell(io: CommandProcess, text: string, compatible: boolean): number {
  io.stdout.write(text);
  return compatible ? 1 : 0;
}

function refuse(
  io: CommandProcess,
  { exitCode, lines }: { readonly exitCode: number; readonly lines: readonly string[] },
): number {
  io.stdout.write(`${lines.join('\n')}\n`);
  return exitCode;
}

function wrongUse(
  io: CommandProcess,
  complaints: readonly string[],
  generation = generations.current,
): number {
  for (const line of complaints) io.stderr.write(`${line}\n`);
  io.stdout.write(octaviaHelp(generation));
  return 1;
}

/** As bash's getopts words it for letters. */
function complaint(name: string, failure: Failure): string {
  const letter = 'option' in failure ? failure.option.replace(/^-+/, '') : '';
  switch (failure.code) {
    case 'option-needs-value':
      return `${name}: option requires an argument -- ${letter}`;
    case 'option-unknown':
      return `${name}: illegal option -- ${letter}${failure.near === undefined ? '' : `; did you mean ${failure.near}?`}`;
    default:
      return `${name}: illegal option -- ${letter}`;
  }
}
