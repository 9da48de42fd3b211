import type { Failure } from '../diagnostics/failure.ts';
import { nearName } from '../diagnostics/near-name.ts';
import type { ImageDefinition } from '../image-definition/image-definition.ts';
import { engineVariables, meansSomethingAnyway } from './engine-variables.ts';
import { isMentioned, type MentionedVariables } from './mentioned-variables.ts';

/** Warnings for variables of an image definition that nothing reads: most often a slip of the pen. */
export function variablesNotRead(
  definition: ImageDefinition,
  mentioned: MentionedVariables,
): readonly Failure[] {
  return Object.keys(definition.environment)
    .filter((variable) => !isRead(variable, mentioned))
    .map((variable) => ({
      code: 'variable-not-read',
      variable,
      near: nearVariable(variable, mentioned),
      place: definition.places.get(`environment.${variable}`),
    }));
}

/**
 * The same for the environment of a process, of which most is none of our business: only of `DIB_` variables that nothing
 * reads while one of nearly the same name is read and not set.
 */
export function variablesMisspelt(
  environment: Readonly<Record<string, string | undefined>>,
  mentioned: MentionedVariables,
): readonly Failure[] {
  return Object.keys(environment)
    .filter((variable) => variable.startsWith('DIB_') && !isRead(variable, mentioned))
    .flatMap((variable): readonly Failure[] => {
      const near = nearVariable(variable, mentioned);
      if (near === undefined || environment[near] !== undefined) return [];
      return [{ code: 'variable-not-read', variable, near }];
    });
}

function isRead(variable: string, mentioned: MentionedVariables): boolean {
  return meansSomethingAnyway(variable) || isMentioned(variable, mentioned);
}

function nearVariable(variable: string, mentioned: MentionedVariables): string | undefined {
  return nearName(variable, [...mentioned.names.filter((it) => it.includes('_')), ...engineVariables]);
}
