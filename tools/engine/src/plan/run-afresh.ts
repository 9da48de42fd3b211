import type { BuildPlan, StepPlan } from './build-plan.ts';
import { topOf } from './visible-files.ts';

/**
 * What a user says is to run whatever the store has, because it takes in what nobody can look up: `all`, or names of elements,
 * separated by commas or spaces, whose steps are meant. An empty text says nothing.
 */
export function runAfresh(plan: BuildPlan, said: string | undefined): BuildPlan {
  const names = new Set((said ?? '').split(/[\s,]+/).filter((name) => name !== ''));
  if (names.size === 0) return plan;
  const isMeant = (step: StepPlan): boolean =>
    names.has('all') ||
    step.hooksDirectory.some((file) => names.has(file.element) && isHookOf(step, file.path));
  return {
    ...plan,
    steps: plan.steps.map((step) => (isMeant(step) ? { ...step, restorable: false } : step)),
  };
}

function isHookOf({ phases }: StepPlan, path: string): boolean {
  return phases.some((phase) => topOf(path) === `${phase}.d`);
}
