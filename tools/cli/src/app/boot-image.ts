import { join } from 'node:path';
import { writeWhole } from '@kiln/engine/execute/write-whole.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import {
  bootArtifact,
  type BootEvent,
  bootRamdisk,
  type BootReport,
  ramdiskProfile,
  renderCheck,
} from '@kiln/testkit';
import { loadReported } from './build.ts';
import { listenForInterrupt } from './listen-for-interrupt.ts';
import { loadChecks } from './load-checks.ts';
import { readManifest } from './read-manifest.ts';
import { ramdiskPrograms } from './ramdisk-programs.ts';
import { reportProblems } from './report-problems.ts';
import { diskFormat } from './verify-image.ts';
import { outputDirectory, type Workspace } from './workspace.ts';

/** What is to be booted: what the last build left in dist/, under each firmware of the definition or under one. */
export interface BootRequest {
  readonly workspace: Workspace;
  readonly image: string;
  readonly configuration?: string | undefined;
  readonly artifact?: string | undefined;
  readonly firmware?: 'bios' | 'uefi' | undefined;
  readonly verbose?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Boots an artifact in QEMU and checks it from outside. @returns exit code: 0 all checks passed, 1 some failed, 130 interrupted. */
export async function bootImage(request: BootRequest): Promise<number> {
  const { signal, close } = listenForInterrupt();
  try {
    return await bootReported(request, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('interrupted\n');
    return 130;
  } finally {
    close();
  }
}

function bootReported(request: BootRequest, signal: AbortSignal): Promise<number> {
  return reportProblems(async (report) => {
    const { workspace, configuration } = request;
    const image = loadReported({ workspace, image: request.image, configuration, report });
    const directory = outputDirectory(workspace, request.image, configuration);
    const { boot } = image.definition;
    const { artifact, start } =
      boot.profile === ramdiskProfile
        ? ramdiskBoot(request, { image, directory })
        : diskBoot(request, { image, directory });
    const reports: BootReport[] = [];
    for (const firmware of request.firmware === undefined ? boot.firmware : [request.firmware]) {
      process.stderr.write(`booting ${artifact} (${firmware}, profile ${boot.profile})\n`);
      const logDirectory = join(directory, 'logs', `boot-${firmware}`);
      const result = await start({ firmware, logDirectory, signal, report: (event) => show(request, event) });
      reports.push(result);
      await writeWhole(join(directory, `boot-${firmware}.json`), `${JSON.stringify(result, null, 2)}\n`);
      process.stdout.write(
        request.json === true ? `${JSON.stringify(result)}\n` : `${bootSummary(result)}\n`,
      );
    }
    return reports.every((result) => result.passed) ? 0 : 1;
  });
}

/** One start: of which firmware, and who follows it. */
interface Start {
  readonly firmware: 'bios' | 'uefi';
  readonly logDirectory: string;
  readonly signal: AbortSignal;
  readonly report: (event: BootEvent) => void;
}

/** What is started, and how. */
interface Bootable {
  readonly artifact: string;
  readonly start: (how: Start) => Promise<BootReport>;
}

interface Built {
  readonly image: ResolvedImage;
  readonly directory: string;
}

function diskBoot(request: BootRequest, { image, directory }: Built): Bootable {
  const artifact = request.artifact ?? join(directory, `${request.image}.${diskFormat(image)}`);
  const { definition } = image;
  const packages = request.artifact === undefined ? manifestPackages(directory) : undefined;
  return {
    artifact,
    start: (how) =>
      bootArtifact({
        ...how,
        artifact,
        profile: definition.boot.profile,
        definition,
        checks: loadChecks(image),
        environment: definition.environment,
        ...(packages === undefined ? {} : { packages }),
      }),
  };
}

/** The kernel lies beside the ramdisk, under its name. */
function ramdiskBoot(request: BootRequest, { image, directory }: Built): Bootable {
  const artifact = request.artifact ?? join(directory, `${request.image}.initramfs`);
  const { memoryMebibytes } = image.definition.boot;
  return {
    artifact,
    start: (how) =>
      bootRamdisk({
        ...how,
        kernel: artifact.replace(/(\.initramfs)?$/u, '.kernel'),
        initramfs: artifact,
        memoryMebibytes,
        programs: ramdiskPrograms(image),
      }),
  };
}

function show(request: BootRequest, event: BootEvent): void {
  if (event.type === 'note') process.stderr.write(`${event.message}\n`);
  if (event.type === 'console-line' && request.verbose === true) process.stderr.write(`  | ${event.line}\n`);
  if (event.type === 'check' && request.json !== true) process.stdout.write(`${renderCheck(event.result)}\n`);
}

function bootSummary(report: BootReport): string {
  const { pass, fail, skip } = report.counts;
  const reached = Object.entries(report.reachedMs).map(
    ([name, ms]) => `${name} after ${(ms / 1000).toFixed(0)} s`,
  );
  const verdict = report.passed ? 'passed' : 'FAILED';
  return `${verdict} (${report.firmware}): ${pass} passed, ${fail} failed, ${skip} skipped; ${reached.join(', ')}; console in ${report.logDirectory}`;
}

/** Versions by package as the build's manifest has them; undefined where there is none. */
function manifestPackages(directory: string): Readonly<Record<string, string>> | undefined {
  const manifest = readManifest(directory);
  return manifest && Object.fromEntries(manifest.packages.map(({ name, version }) => [name, version]));
}
