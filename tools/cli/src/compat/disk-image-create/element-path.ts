import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The elements that Kiln brings: they stand where diskimage-builder's own would. */
export const ownElementsFolder = resolve(import.meta.dirname, '../../../../../elements');

/** Folders in which elements are looked for: those of ELEMENTS_PATH, then Kiln's own. Absolute. */
export function elementPathOf(
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
): readonly string[] {
  const entries = (environment['ELEMENTS_PATH'] ?? '').split(':').filter((entry) => entry !== '');
  return [...entries.map((entry) => resolve(cwd, entry)), ownElementsFolder];
}

/**
 * What the log says of elements of an image that more than one folder has: in upstream's words of each that hides one of the
 * user's own, and in a line of all those that stand in for one of Kiln's.
 */
export function overrideLines(
  elements: readonly { readonly name: string; readonly directory: string }[],
  elementPath: readonly string[],
): readonly string[] {
  const warnings: string[] = [];
  const insteadOfOwn: string[] = [];
  for (const { name, directory } of elements) {
    for (const entry of elementPath) {
      const candidate = join(entry, name);
      if (!existsSync(candidate)) continue;
      const hidden = realpathSync(candidate);
      if (hidden === directory) continue;
      if (entry === ownElementsFolder) insteadOfOwn.push(name);
      else warnings.push(`WARNING Element <${directory}> overrides <${hidden}>`);
    }
  }
  return insteadOfOwn.length === 0
    ? warnings
    : [...warnings, `kiln: ELEMENTS_PATH takes the place of Kiln's own: ${insteadOfOwn.join(' ')}`];
}
