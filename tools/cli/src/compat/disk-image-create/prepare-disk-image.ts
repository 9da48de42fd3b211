import { BuildFailure, fail, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { mentionedVariables } from '@kiln/engine/elements/mentioned-variables.ts';
import { resolveImage } from '@kiln/engine/elements/resolve-image.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import { variablesMisspelt } from '@kiln/engine/elements/variables-not-read.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import type { BuildRequest } from '@kiln/engine/execute/build-request.ts';
import { join, resolve } from 'node:path';
import { artifactFile } from '@kiln/engine/execute/artifacts/output-place.ts';
import type { BreakPoints } from '@kiln/engine/execute/shell/break-points.ts';
import { hasNoFinalImage, withoutDisk } from '../../app/without-unwanted-disk.ts';
import { readBreakSettings, terminalBreakPoints, unknownBreakNames } from '../break-points.ts';
import type { CommandIo } from './command-io.ts';
import { definitionOf } from './definition-of.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';
import { elementPathOf } from './element-path.ts';
import { commandName } from './help-text.ts';
import type { OutputFiles } from './output-files.ts';

/** Resolves what an invocation names. Fails with every problem of its elements; warnings are of what is doubtful about them. */
export function resolveInvocation(
  invocation: DiskImageInvocation,
  cwd: string,
): { readonly value: ResolvedImage; readonly warnings: readonly Failure[] } {
  if (invocation.elements.length === 0) fail({ code: 'elements-not-named' });
  const definition = definitionOf(invocation);
  const resolved = resolveImage(definition, elementPathOf(invocation.environment, cwd));
  if (!resolved.ok) throw new BuildFailure(resolved.failures);
  const { formats } = definition;
  if (formats.includes('docker') && invocation.dockerTarget === undefined)
    fail({ code: 'docker-target-missing' });
  const { value } = resolved;
  const misspelt = variablesMisspelt(invocation.environment, mentionedVariables(value.elements));
  const warnings = [...resolved.warnings, ...misspelt];
  const isWithoutDisk = invocation.mode === 'ramdisk' || hasNoFinalImage(value);
  return { value: isWithoutDisk ? withoutDisk(value) : value, warnings };
}

/** What the engine is asked for. */
export function requestOf(
  invocation: DiskImageInvocation,
  image: ResolvedImage,
  run: {
    readonly files: OutputFiles;
    readonly report: Report;
    readonly io: Pick<CommandIo, 'signal' | 'cwd' | 'stderr' | 'onShell'>;
  },
): BuildRequest {
  const { store, base, place } = run.files;
  const { imageCache } = invocation;
  const command = [commandName(invocation.mode), ...invocation.arguments].map(shellWord).join(' ');
  const [format] = image.definition.formats;
  return {
    image,
    environment: invocation.environment,
    arguments: invocation.imageArguments,
    store,
    work: invocation.environment['KILN_WORK'],
    imageCache: imageCache === undefined ? undefined : resolve(run.io.cwd, imageCache),
    logDirectory: join(place.records, 'logs'),
    earlierOutput: place.records,
    report: run.report,
    signal: run.io.signal,
    breakPoints: breakPointsOf(invocation, run.io),
    network: invocation.network,
    subject: {
      id: base,
      // An image that was deleted or moved away is no longer wanted of the store.
      definitionFile:
        format === undefined
          ? join(place.records, 'manifest.json')
          : artifactFile(place, image.definition.name, format),
      words: command,
      shellBefore: `${command} --shell-before`,
    },
  };
}

/** A word as a shell would take it back. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Break points open shells with this process's terminal. */
function breakPointsOf(
  { environment }: DiskImageInvocation,
  io: Pick<CommandIo, 'stderr' | 'onShell'>,
): BreakPoints | undefined {
  const settings = readBreakSettings(environment);
  if (settings === undefined) return undefined;
  const say = (line: string): void => void io.stderr.write(`${line}\n`);
  const unknown = unknownBreakNames(settings.names);
  if (unknown.length > 0) say(`kiln: no build stops at ${unknown.join(', ')}`);
  const points = terminalBreakPoints(settings, { say, type: environment['TERM'] });
  return {
    ...points,
    open: async (place) => {
      io.onShell?.('open');
      await points.open(place).finally(() => io.onShell?.('closed'));
    },
  };
}
