import { phases } from '../util/phase.ts';

/** Places at which a build can be stopped, by diskimage-builder's names. */
export const breakPointNames: readonly string[] = [
  ...phases.flatMap((phase) => [`before-${phase}`, `after-${phase}`]),
  'after-error',
];
