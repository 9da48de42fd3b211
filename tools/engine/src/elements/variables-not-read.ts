import type { Failure } from '../diagnostics/failure.ts';
import { nearName } from '../diagnostics/near-name.ts';
import type { ImageDefinition } from '../image-definition/image-definition.ts';
import { isMentioned, type MentionedVariables } from './mentioned-variables.ts';

/**
 * Warnings for variables of an image definition that nothing reads: most often a slip of the pen.
 *
 * @param framework names that the engine itself reads, whatever the elements mention.
 */
export function variablesNotRead(
  definition: ImageDefinition,
  mentioned: MentionedVariables,
  framework: ReadonlySet<string>,
): readonly Failure[] {
  return Object.keys(definition.environment)
    .filter((variable) => !framework.has(variable) && !isMentioned(variable, mentioned))
    .map((variable) => ({
      code: 'variable-not-read',
      variable,
      near: nearName(variable, [...mentioned.names.filter((it) => it.includes('_')), ...framework]),
      place: definition.places.get(`environment.${variable}`),
    }));
}
