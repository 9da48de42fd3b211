/** The phases of a build, in the order in which they run (diskimage-builder's names). */
export const phases = [
  'root',
  'extra-data',
  'pre-install',
  'install',
  'post-install',
  'post-root',
  'block-device',
  'pre-finalise',
  'finalise',
  'cleanup',
] as const;

export type Phase = (typeof phases)[number];

/** Phases whose hooks run inside the target root; all others run on the host. */
export const chrootPhases: ReadonlySet<Phase> = new Set<Phase>([
  'pre-install',
  'install',
  'post-install',
  'finalise',
]);
