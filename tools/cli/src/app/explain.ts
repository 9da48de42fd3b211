import { join } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import {
  explainImage,
  type ImageExplanation,
  type StepExplanation,
} from '@kiln/engine/execute/explain/explain-image.ts';
import type { StepName } from '@kiln/engine/plan/step.ts';
import { engineRequest, type ImageRequest, loadReported } from './build.ts';
import { outputDirectory } from './workspace.ts';

/** Which image is to be explained. */
export type ExplainRequest = Omit<ImageRequest, 'signal'>;

/** Explains what a build of an image would do, and why. Writes nothing. */
export async function explain(request: ExplainRequest, until?: StepName): Promise<ImageExplanation> {
  const image = loadReported(request);
  const { signal } = new AbortController();
  return explainImage(engineRequest({ ...request, signal }, image), {
    until,
    outputDirectory: outputDirectory(request.workspace, request.image, request.configuration),
    now: Date.now(),
  });
}

/** The part of an explanation that is about one step, or about the step of one hook. Names of hooks may leave out their phase. */
export function selectSteps(explanation: ImageExplanation, what: string | undefined): SelectedSteps {
  if (what === undefined) return explanation;
  const { steps } = explanation;
  const byName = steps.find(
    ({ forecast }) => forecast.step.name === what || `${forecast.step.name}.d` === what,
  );
  if (byName !== undefined) return { ...explanation, steps: [byName] };
  const hooks = steps.flatMap(({ forecast }) => forecast.chain.links.map((link) => link.hook.path));
  const wanted = hooks.filter((path) => path === what || path.endsWith(`.d/${what}`));
  const owner = steps.find((step) => hooksOf(step).some((path) => wanted.includes(path)));
  if (owner !== undefined)
    return { ...explanation, steps: [owner], ...(wanted[0] === undefined ? {} : { hook: wanted[0] }) };
  const names = [
    ...steps.map(({ forecast }) => forecast.step.name),
    ...hooks,
    ...hooks.map((path) => path.split('/')[1] ?? ''),
  ];
  return fail({ code: 'step-or-hook-not-found', name: what, near: nearName(what, names) });
}

/** An explanation, perhaps of one step, perhaps because of one hook of it. */
export type SelectedSteps = ImageExplanation & { readonly hook?: string };

function hooksOf({ forecast }: StepExplanation): readonly string[] {
  return forecast.chain.links.map((link) => join(link.hook.path));
}
