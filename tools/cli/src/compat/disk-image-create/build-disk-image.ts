import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import type { BuildRequest } from '@kiln/engine/execute/build-request.ts';
import { buildImage } from '@kiln/engine/execute/build-image.ts';
import { withLayers } from '@kiln/engine/execute/shell/open-layers.ts';
import type { Digest } from '@kiln/engine/fingerprint/digest.ts';
import { keepStoreLimit } from '../../app/tend-store.ts';
import { formatBytes } from '../../report/format-quantity.ts';
import type { Reporter } from '../../report/reporter.ts';
import { versionText } from '../command/version-text.ts';
import { unwritableOutputs } from './check-writable.ts';
import type { CommandIo } from './command-io.ts';
import { namedByCommand } from './definition-of.ts';
import { type DibLog, openDibLog } from './dib-log.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';
import { elementPathOf, overrideLines } from './element-path.ts';
import { commandName } from './help-text.ts';
import { type OutputFiles, outputFilesOf } from './output-files.ts';
import { requestOf, resolveInvocation } from './prepare-disk-image.ts';
import { reporterFor } from './reporter-for.ts';
import { sweepRecords } from './sweep-records.ts';
import { compatibleFailureLines } from './upstream-words.ts';
import { type UsageDetail, usageLines } from './usage-report.ts';

/** Builds, and shows it. @returns exit code. */
export async function buildDiskImage(invocation: DiskImageInvocation, io: CommandIo): Promise<number> {
  const unwritable = unwritableOutputs(invocation, io.cwd);
  if (unwritable.length > 0) return tell(unwritable, io);
  const log = openDibLog(invocation, io);
  const files = outputFilesOf(invocation, {
    cwd: io.cwd,
    kept: (file, name) => log.line(`kiln: ${files.shown(file)} is kept as ${files.shown(name)}`),
  });
  const view = { invocation, io, log, shown: files.shown };
  let reporter = await reporterFor(view, undefined);
  try {
    const image = announce(invocation, io, log);
    reporter = await reporterFor(view, image.value);
    for (const failure of image.warnings) reporter.report({ type: 'warning', failure });
    await build(invocation, { image: image.value, files, reporter, log, io });
    reporter.finish({ kind: 'done' });
    return 0;
  } catch (error) {
    return endBadly(error, { invocation, io, reporter });
  } finally {
    log.close();
  }
}

/** The head of the log, as the elements become known. */
function announce(
  invocation: DiskImageInvocation,
  { cwd }: CommandIo,
  log: DibLog,
): { readonly value: ResolvedImage; readonly warnings: readonly Failure[] } {
  const say = invocation.logStyle === 'dib' ? log.line : (): void => {};
  say(versionText(commandName(invocation.mode)).trimEnd());
  if (invocation.elements.length > 0) say(`Building elements: ${namedByCommand(invocation).join(' ')}`);
  const resolved = resolveInvocation(invocation, cwd);
  const { elements } = resolved.value;
  for (const line of overrideLines(elements, elementPathOf(invocation.environment, cwd))) say(line);
  say(`Expanded element dependencies to: ${elements.map(({ name }) => name).join(' ')}`);
  return resolved;
}

interface Build {
  readonly image: ResolvedImage;
  readonly files: OutputFiles;
  readonly reporter: Reporter;
  readonly log: DibLog;
  readonly io: CommandIo;
}

async function build(invocation: DiskImageInvocation, run: Build): Promise<void> {
  const { image, files, reporter, io } = run;
  const { report } = reporter;
  await sweepRecords(files.place.records, new Date());
  const request = requestOf(invocation, image, { files, report, io });
  const { steps, artifacts } = await buildImage(request, files.place);
  const layers = steps.at(-1)?.record.layers.map(({ digest }) => digest) ?? [];
  if (invocation.usage !== undefined) await showUsage(invocation.usage, request, { layers, log: run.log });
  if ([...steps, ...artifacts].every(({ origin }) => origin === 'restored')) return;
  const collected = await keepStoreLimit(files.store, invocation.environment);
  if (collected === undefined) return;
  const { freedBytes, keptBytes } = collected;
  const message = `the store was over its limit: ${formatBytes(freedBytes)} removed, ${formatBytes(keptBytes)} kept`;
  report({ type: 'note', message });
}

/** The layers are there, unless the image was taken from the output folder alone. */
async function showUsage(
  detail: UsageDetail,
  request: BuildRequest,
  { layers, log }: { readonly layers: readonly Digest[]; readonly log: DibLog },
): Promise<void> {
  const files = await withLayers(request, [layers], async ([tree]) => tree?.list());
  const lines =
    files === undefined
      ? ['kiln: the store no longer has the layers of this image']
      : usageLines(files, detail);
  for (const line of lines) log.line(line);
}

/** Whatever the reason, a build that failed ends with 1, as upstream's does; what is not expected is the caller's. */
function endBadly(
  error: unknown,
  run: { readonly invocation: DiskImageInvocation; readonly io: CommandIo; readonly reporter: Reporter },
): number {
  const { invocation, io, reporter } = run;
  if (io.signal?.aborted === true) {
    reporter.finish({ kind: 'cancelled' });
    return 130;
  }
  if (!(error instanceof BuildFailure)) throw error;
  reporter.finish({ kind: 'failed', failures: error.failures });
  // A command that fails and says nothing helps nobody.
  if (invocation.quiet && invocation.logStyle === 'dib') tell(error.failures, io);
  return 1;
}

function tell(failures: readonly Failure[], io: CommandIo): number {
  for (const failure of failures)
    for (const line of compatibleFailureLines(failure)) io.stderr.write(`${line}\n`);
  return 1;
}
