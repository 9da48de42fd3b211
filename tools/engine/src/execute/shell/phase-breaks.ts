import { BuildFailure } from '../../diagnostics/failure.ts';
import type { StepPlan } from '../../plan/build-plan.ts';
import { phaseEnvironment } from '../../plan/phase-environment.ts';
import type { Phase } from '../../util/phase.ts';
import { breakHere, type BreakSession } from './break-points.ts';
import type { ShellTree } from './shell-entry.ts';

/** A phase whose hooks run between shells. */
export interface PhaseBreaks {
  readonly session: BreakSession | undefined;
  readonly phase: Phase;
  /** Before environment.d. */
  readonly variables: Readonly<Record<string, string>>;
  readonly source: () => Promise<Readonly<Record<string, string>>>;
}

/** Runs a phase with its environment, and opens shells before it, after it, and after an error in it, where they are wanted. */
export async function withBreaks(
  tree: ShellTree,
  { name: step }: StepPlan,
  { session, phase, variables, source }: PhaseBreaks,
  body: (env: Readonly<Record<string, string>>) => Promise<'done' | 'stopped'>,
): Promise<'done' | 'stopped'> {
  let env = phaseEnvironment(phase, variables);
  const stopAt = async (name: string): Promise<void> => {
    if (session !== undefined) await breakHere(session, tree, { name, step, phase, env });
  };
  try {
    env = await source();
    await stopAt(`before-${phase}`);
    const end = await body(env);
    if (end === 'done') await stopAt(`after-${phase}`);
    return end;
  } catch (error) {
    if (error instanceof BuildFailure) await stopAt('after-error');
    throw error;
  }
}
