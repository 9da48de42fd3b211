import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Result } from '../diagnostics/result.ts';
import type { Architecture, ImageDefinition } from './image-definition.ts';
import { parseImageDefinition } from './parse-image-definition.ts';

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
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, failures: [{ code: 'definition-unreadable', file, reason }] };
  }
  return parseImageDefinition({ name: basename(dirname(resolve(file))), file, text, ...defaults });
}
