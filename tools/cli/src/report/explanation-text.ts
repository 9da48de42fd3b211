import type { ExplainedChange } from '@kiln/engine/execute/explain/explain-changes.ts';
import type { StepExplanation } from '@kiln/engine/execute/explain/explain-image.ts';
import type { SelectedSteps } from '../app/explain.ts';
import type { Colours } from './colours.ts';
import { fateWords, reasonsFor } from './forecast-text.ts';
import { formatAge } from './format-quantity.ts';

export interface ExplanationSettings {
  readonly colours: Colours;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** steps: a few lines each; inputs: hooks and inputs as well. */
  readonly detail: 'steps' | 'inputs';
}

/** Why steps would run, or why they ran last, for a person. */
export function explanationText(explanation: SelectedSteps, settings: ExplanationSettings): string {
  const blocks = explanation.steps.map((step) =>
    (settings.detail === 'steps'
      ? summaryLines(step, settings)
      : [
          ...(explanation.hook === undefined ? [] : hookVerdict(step, explanation.hook)),
          ...summaryLines(step, settings),
          ...hookLines(step, explanation.hook, settings),
          ...inputLines(step, settings),
        ]
    )
      .map((line) => `${line}\n`)
      .join(''),
  );
  return blocks.join('');
}

function summaryLines(step: StepExplanation, { colours, now }: ExplanationSettings): readonly string[] {
  const { forecast, last } = step;
  const name = colours.bold(forecast.step.name);
  if (forecast.fate !== 'restored') {
    const own = forecast.fate === 'follows' ? ownChanges(step) : reasonsFor(step);
    return [`${name}: ${fateWords(forecast, colours)}`, ...own.map((text) => `  ${text}`)];
  }
  if (last === undefined) return [`${name}: cached; another image made it`];
  const since = ownChanges(step);
  if (since.length > 0)
    return [`${name}: cached, of an earlier build; since the last one`, ...since.map((text) => `  ${text}`)];
  if (last.origin === 'restored') return [`${name}: cached; found in the store ${formatAge(now - last.at)}`];
  const ran = `${last.origin === 'run' ? 'ran' : 'resumed'} ${formatAge(now - last.at)}`;
  const { changes } = last;
  if (changes === undefined) return [`${name}: cached; ${ran}, for the first time`];
  if (changes.length === 0)
    return [`${name}: cached; ${ran}, because its bytes were missing or may not be restored`];
  return [`${name}: cached; ${ran}, because`, ...changes.map(({ text }) => `  ${text}`)];
}

function ownChanges({ changes = [] }: StepExplanation): readonly string[] {
  return changes.map(({ text }) => text);
}

/** Whether the hook that was asked for would run, and what makes it. */
function hookVerdict({ forecast, changes = [] }: StepExplanation, wanted: string): readonly string[] {
  const { chain, fate, saved, step } = forecast;
  const position = chain.links.findIndex(({ hook }) => hook.path === wanted);
  const changed = changes.flatMap(({ name }) =>
    name.startsWith('hook ') ? [name.slice('hook '.length)] : [],
  );
  const earlier = chain.links.slice(0, position).find(({ hook }) => changed.includes(hook.path));
  const runs =
    earlier === undefined ? `runs with ${step.name}` : `runs after ${earlier.hook.path}, which changed`;
  const made = changed.includes(wanted) ? 'runs: it changed' : runs;
  const verdict = {
    restored: `need not run: ${step.name} is cached`,
    follows: `runs if the content below ${step.name} changes`,
    run: made,
    resume: position < saved ? 'need not run: a state after it is saved' : made,
  }[fate];
  return [`${wanted}: ${verdict}`];
}

function hookLines(
  { forecast }: StepExplanation,
  wanted: string | undefined,
  { colours }: ExplanationSettings,
): readonly string[] {
  const { chain, saved, fate } = forecast;
  const restored = fate === 'restored' || fate === 'follows';
  const lines = chain.links.map(({ hook }, index) => {
    const isSaved = restored || index < saved;
    const word = isSaved ? colours.green('saved') : 'runs ';
    const line = `  ${word}  ${hook.path} (${hook.element})`;
    return hook.path === wanted ? colours.bold(line) : line;
  });
  return lines.length === 0 ? [] : ['', 'hooks, in order:', ...lines];
}

function inputLines(step: StepExplanation, { colours }: ExplanationSettings): readonly string[] {
  const now = step.changes ?? [];
  const changes = now.length > 0 ? now : (step.last?.changes ?? []);
  const title = now.length > 0 ? 'inputs that differ from last time:' : 'inputs that differed last time:';
  const key = colours.dim(`key ${step.forecast.chain.key}, ${Object.keys(step.record.inputs).length} inputs`);
  return ['', ...(changes.length === 0 ? [] : [title, ...changes.flatMap(rawLines)]), key];
}

function rawLines({ name, before, now }: ExplainedChange): readonly string[] {
  return [`  ${name}`, `    - ${before ?? '(not there)'}`, `    + ${now ?? '(not there)'}`];
}
