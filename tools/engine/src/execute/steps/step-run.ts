import type { LayerRecord } from '../../layers/layer-record.ts';
import type { BuildPlan, StepPlan } from '../../plan/build-plan.ts';
import type { DiskDraft } from '../artifacts/draft-disk.ts';
import type { HookChain } from './hook-chain.ts';

/** A step with everything that it stands on. */
export interface StepRun {
  readonly plan: BuildPlan;
  readonly step: StepPlan;
  readonly chain: HookChain;
  readonly below: LayerRecord;
  /** The block-device step writes its fstab and makes its mount points; finalise hooks may be shown its devices. */
  readonly disk: DiskDraft;
}
