import { BuildFailure, fail, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { resolveImage } from '@kiln/engine/elements/resolve-image.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import type { BuildRequest } from '@kiln/engine/execute/build-request.ts';
import { isTreeFormat } from '@kiln/engine/formats/image-format.ts';
import { join } from 'node:path';
import { artifactFile } from '@kiln/engine/execute/output-place.ts';
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
  const { value, warnings } = resolved;
  return isWithoutDisk(invocation, value)
    ? { value: { ...value, definition: { ...definition, formats: formats.filter(isTreeFormat) } }, warnings }
    : { value, warnings };
}

/** Ramdisks, and images whose elements hand out all that is wanted, have no final disk image; archives are made in any case. */
function isWithoutDisk({ mode }: DiskImageInvocation, { elements }: ResolvedImage): boolean {
  return mode === 'ramdisk' || elements.some(({ name }) => name.includes('no-final-image'));
}

/** What the engine is asked for. */
export function requestOf(
  invocation: DiskImageInvocation,
  image: ResolvedImage,
  run: {
    readonly files: OutputFiles;
    readonly report: Report;
    readonly signal: AbortSignal | undefined;
  },
): BuildRequest {
  const { store, base, place } = run.files;
  const [format = 'qcow2'] = image.definition.formats;
  return {
    image,
    environment: invocation.environment,
    arguments: invocation.arguments,
    store,
    work: invocation.environment['KILN_WORK'],
    logDirectory: join(place.records, 'logs'),
    earlierOutput: place.records,
    report: run.report,
    signal: run.signal,
    network: invocation.network,
    subject: {
      id: base,
      // An image that was deleted or moved away is no longer wanted of the store.
      definitionFile: artifactFile(place, image.definition.name, format),
      words: `${commandName(invocation.mode)} ${invocation.arguments.join(' ')}`,
    },
  };
}
