import type { ImageExplanation, StepExplanation } from '@kiln/engine/execute/explain/explain-image.ts';
import type { ArtifactForecast } from '@kiln/engine/execute/explain/forecast-build.ts';
import type { StepForecast } from '@kiln/engine/execute/explain/forecast-steps.ts';
import type { Colours } from './colours.ts';
import { formatSeconds } from './format-quantity.ts';

const mostReasons = 4;

/**
 * What a build would do, for a person: a line for each step and artifact, the reasons below those that would be made.
 *
 *     root: cached
 *     install: resumes after install.d/74-base, 3 of 15 hooks run, about 12.0 s
 *       install.d/75-haproxy of haproxy-octavia changed
 *     finalise: runs if the content below changes, up to 3.1 s
 *     at most about 15.1 s
 */
export function forecastText(explanation: ImageExplanation, colours: Colours): string {
  const { forecast, steps } = explanation;
  const lines = [
    ...steps.flatMap((step) => stepLines(step, colours)),
    ...forecast.artifacts.map((artifact) => artifactLine(artifact, colours)),
    totalLine(explanation, colours),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function stepLines(step: StepExplanation, colours: Colours): readonly string[] {
  const { forecast } = step;
  const line = `${colours.bold(forecast.step.name)}: ${fateWords(forecast, colours)}${timeWords(forecast)}`;
  if (forecast.fate === 'restored') return [line];
  return [line, ...reasonsFor(step).map((reason) => `  ${reason}`)];
}

/** What becomes of a step, in words. */
export function fateWords(forecast: StepForecast, colours: Colours): string {
  const { fate, saved, chain } = forecast;
  const count = chain.links.length;
  const hooks = `${count} ${count === 1 ? 'hook' : 'hooks'}`;
  switch (fate) {
    case 'restored':
      return colours.green('cached');
    case 'run':
      return count === 0 ? 'runs' : `runs, ${hooks}`;
    case 'resume':
      return `${colours.cyan(`resumes after ${chain.links[saved - 1]?.hook.path ?? ''}`)}, ${count - saved} of ${hooks} to run`;
    case 'follows':
      return 'runs if the content below it changes';
  }
}

/** Why a step would be made, as far as it has reasons of its own. */
export function reasonsFor({ forecast, changes, last }: StepExplanation): readonly string[] {
  if (forecast.fate === 'follows') return [];
  if (forecast.because !== undefined) return [forecast.because];
  if (last === undefined) return ['this image was never built here, and no other had this step'];
  if (changes === undefined) return ['the record of the last build is gone from the store'];
  if (changes.length === 0) return ['nothing changed since the last build; the store has lost the step'];
  const shown = changes.slice(0, mostReasons).map(({ text }) => text);
  const more = changes.length - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more: kiln explain <image> ${forecast.step.name}`];
}

function timeWords({
  fate,
  expectedMs,
}: Pick<StepForecast, 'expectedMs'> & { readonly fate: string }): string {
  if (expectedMs === undefined || fate === 'restored') return '';
  return `, ${fate === 'follows' ? 'up to' : 'about'} ${formatSeconds(expectedMs)}`;
}

function artifactLine({ format, file, fate, expectedMs }: ArtifactForecast, colours: Colours): string {
  const words = {
    'in place': colours.green('in place'),
    restored: `${colours.green('cached')}, to be copied to ${file}`,
    run: 'made',
    follows: 'made if the content below it changes',
  } as const;
  return `${colours.bold(format)}: ${words[fate]}${timeWords({ fate, ...(expectedMs === undefined ? {} : { expectedMs }) })}`;
}

function totalLine({ forecast }: ImageExplanation, colours: Colours): string {
  const { expectedMs, steps, artifacts } = forecast;
  const made = [...steps, ...artifacts].filter(({ fate }) => fate !== 'restored' && fate !== 'in place');
  if (made.length === 0) return colours.dim('nothing to do');
  if (expectedMs === undefined)
    return colours.dim('not all of it was timed before: no estimate of the whole');
  const atMost = made.some(({ fate }) => fate === 'follows') ? 'at most about' : 'about';
  return colours.dim(`${atMost} ${formatSeconds(expectedMs)} in all`);
}
