import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Result } from '../diagnostics/result.ts';
import type { Architecture, ImageDefinition } from './image-definition.ts';
import {
  type ImageDefinitionSource,
  parseImageDefinition,
  parseSoundPart,
} from './parse-image-definition.ts';

/**
 * Reads one `images/<name>/image.yaml`; the folder gives the image its name.
 *
 * @param file path of the file; diagnostics show it as given.
 * @returns the definition with defaults filled in, or all its problems, each with its place.
 */
export function readImageDefinition(
  file: string,
  defaults: { readonly hostArchitecture: Architecture },
): Result<ImageDefinition> {
  const text = readText(file);
  return text.ok ? parseImageDefinition(sourceOf(file, text.value, defaults)) : text;
}

/** What of a definition with problems is sound: see `parseSoundPart`. */
export function readSoundPart(
  file: string,
  defaults: { readonly hostArchitecture: Architecture },
): ImageDefinition | undefined {
  const text = readText(file);
  return text.ok ? parseSoundPart(sourceOf(file, text.value, defaults)) : undefined;
}

function sourceOf(
  file: string,
  text: string,
  defaults: { readonly hostArchitecture: Architecture },
): ImageDefinitionSource {
  return { name: basename(dirname(resolve(file))), file, text, ...defaults };
}

function readText(file: string): Result<string> {
  try {
    return { ok: true, value: readFileSync(file, 'utf8'), warnings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, failures: [{ code: 'definition-unreadable', file, reason }] };
  }
}
