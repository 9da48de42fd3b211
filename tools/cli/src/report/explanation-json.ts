import type { ImageExplanation, StepExplanation } from '@kiln/engine/execute/explain/explain-image.ts';

/** An explanation or a forecast for programs: what `kiln explain --json` and `kiln build --dry-run --json` print. */
export function explanationJson(image: string, { forecast, steps }: ImageExplanation): object {
  return {
    formatVersion: 1,
    image,
    steps: steps.map(stepJson),
    artifacts: forecast.artifacts,
    expectedMs: forecast.expectedMs ?? null,
  };
}

function stepJson({ forecast, record, changes, last }: StepExplanation): object {
  const { step, chain, fate, saved, expectedMs, because } = forecast;
  return {
    step: step.name,
    fate,
    because: because ?? null,
    expectedMs: expectedMs ?? null,
    hooks: chain.links.map(({ hook }, index) => ({
      hook: hook.path,
      element: hook.element,
      saved: fate === 'restored' || index < saved,
    })),
    changes: changes ?? null,
    last:
      last === undefined
        ? null
        : { at: new Date(last.at).toISOString(), origin: last.origin, changes: last.changes ?? null },
    key: chain.key,
    inputs: record.inputs,
  };
}
