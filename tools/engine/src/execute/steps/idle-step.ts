import type { LayerRecord } from '../../layers/layer-record.ts';
import type { StepPlan } from '../../plan/build-plan.ts';
import { stepsWithoutHooks } from '../../plan/step.ts';
import type { HookChain } from './hook-chain.ts';
import { leavesMounts } from './left-mounts.ts';

/**
 * What a step leaves in which nothing happens: what it found. Such a step is planned because extra-data hooks might have given it hooks,
 * and did not, or because somebody wants a shell there.
 *
 * @returns undefined for a step that has something to do.
 */
export function idleRecord(step: StepPlan, chain: HookChain, below: LayerRecord): LayerRecord | undefined {
  const hasWork = chain.links.length > 0 || step.packages.length > 0 || stepsWithoutHooks.has(step.name);
  if (hasWork) return undefined;
  const { formatVersion, layers, hooks, mounts } = below;
  const left = mounts !== undefined && leavesMounts(step.name) ? { mounts } : {};
  return { formatVersion, step: step.name, layers, hooks, outputs: null, ...left };
}
