import type { ContentStore } from '../../store/content-store.ts';
import type { BuildSubject } from '../build-request.ts';
import type { ChainLink } from '../steps/hook-chain.ts';
import { readLast } from './last-note.ts';
import { findStep, type StoredStep } from '../steps/stored-step.ts';
import type { StepToMake } from '../steps/survey-steps.ts';

/** How long the parts of a step took before, as far as the store knows. */
export type KnownTimes = Pick<StoredStep, 'hookMs' | 'restMs'>;

/** Times of a step: of the very same one if it was made here, else of what the image had last in its place, or before that. */
export async function knownTimes(
  store: ContentStore,
  subject: BuildSubject | undefined,
  { step, chain }: Pick<StepToMake, 'step' | 'chain'>,
): Promise<KnownTimes> {
  const same = await findStep(store, chain);
  // One that was taken back from an output directory came without its times.
  if (same?.restMs !== undefined || subject === undefined) return same ?? {};
  const last = await readLast(store, subject, `step ${step.name}`);
  for (const key of [last?.key, last?.keyBefore]) {
    const before = key === undefined ? undefined : await findStep(store, { key });
    if (before?.restMs !== undefined) return before;
  }
  return {};
}

/** What the hooks that are left, and the work around them, will take; nothing where too little is known. */
export function expectedDuration(
  { hookMs = {}, restMs }: KnownTimes,
  left: readonly ChainLink[],
): { readonly expectedMs?: number } {
  if (restMs === undefined) return {};
  const known = left.flatMap(({ hook }) => hookMs[hook.path] ?? []);
  // A new hook or two are a guess; a step of new hooks is not.
  if (known.length * 2 < left.length) return {};
  return { expectedMs: known.reduce((sum, ms) => sum + ms, restMs) };
}
