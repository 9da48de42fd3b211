import { chrootPhases, type Phase } from '../util/phase.ts';

/** Phases in which diskimage-builder sets TARGET_ROOT. */
const withTargetRoot: ReadonlySet<Phase> = new Set<Phase>(['root', 'cleanup']);

/**
 * What of a step's environment reaches the hooks of one of its phases. Upstream's `sudo` takes functions and PS4 from hooks in the
 * chroot, and TARGET_ROOT is set for two phases only.
 */
export function phaseEnvironment(
  phase: Phase,
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isInside = chrootPhases.has(phase);
  const seen = Object.entries(variables).filter(
    ([name]) =>
      !(isInside && (name.startsWith('BASH_FUNC_') || name === 'PS4')) &&
      (name !== 'TARGET_ROOT' || withTargetRoot.has(phase)),
  );
  return Object.fromEntries(seen);
}
