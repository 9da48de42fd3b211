import type { Phase } from '../util/phase.ts';

/**
 * The steps of a build in order: each is one layer in the store and one target in the task graph. A step is a phase,
 * except that what happens on the finished tree (pre-finalise, finalise, cleanup) is one.
 */
export const steps = [
  { name: 'root', phases: ['root'] },
  { name: 'extra-data', phases: ['extra-data'] },
  { name: 'pre-install', phases: ['pre-install'] },
  { name: 'install', phases: ['install'] },
  { name: 'post-install', phases: ['post-install'] },
  { name: 'post-root', phases: ['post-root'] },
  { name: 'block-device', phases: ['block-device'] },
  { name: 'finalise', phases: ['pre-finalise', 'finalise', 'cleanup'] },
] as const satisfies readonly { readonly name: string; readonly phases: readonly Phase[] }[];

export type StepName = (typeof steps)[number]['name'];

/** Steps that exist even without hooks: the framework itself changes the tree there (fstab; the final clean-up). */
export const stepsWithoutHooks: ReadonlySet<StepName> = new Set<StepName>([
  'root',
  'block-device',
  'finalise',
]);
