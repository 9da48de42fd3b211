import { isMentioned, variablesMentionedIn } from '../elements/mentioned-variables.ts';
import type { HookFile } from '../elements/merge-hooks.ts';
import { variablesAskedFor } from './disk-questions.ts';
import type { StepName } from './step.ts';

/** Variables by which hooks find the disk. */
const deviceVariables = ['IMAGE_BLOCK_DEVICE', 'IMAGE_BLOCK_DEVICES'];

/**
 * Whether a step's hooks are shown a disk: those of the finalise step, if one of their scripts mentions its devices or asks for them.
 *
 * @param files that the step's hooks find in the hooks directory.
 */
export function showsDisk(step: StepName, files: readonly HookFile[]): boolean {
  if (step !== 'finalise') return false;
  const mentioned = variablesMentionedIn(files, variablesAskedFor(files));
  return deviceVariables.some((name) => isMentioned(name, mentioned));
}
