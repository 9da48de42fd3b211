import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { type StepName, steps } from '@kiln/engine/plan/step.ts';

/**
 * Of the warnings about a definition and its elements, lets through those that are about one step: in a task graph every step is a task,
 * and the last one, for the whole image, tells them all. What happens while the step is made is always told.
 */
export function withOwnWarnings(step: StepName, report: Report): Report {
  return (event) => {
    if (event.type !== 'warning' || concerns(event.failure, step)) report(event);
  };
}

function concerns(failure: Failure, step: StepName): boolean {
  switch (failure.code) {
    case 'hook-will-not-run':
    case 'hook-file-overwritten': {
      const path = failure.code === 'hook-will-not-run' ? failure.hook : failure.path;
      const phases: readonly string[] = steps.find(({ name }) => name === step)?.phases ?? [];
      return phases.includes(path.split('/')[0]?.replace(/\.d$/, '') ?? '');
    }
    case 'variable-not-read':
      return false;
    case 'block-device-invalid':
      return step === 'block-device';
    default:
      return true;
  }
}
