import type { KeyInputs } from './build-plan.ts';
import type { StepName } from './step.ts';

/** What the plan depends on beside the image: the user's variables, the host's tools, and the pinned outside world. */
export interface PlanSources {
  readonly user: Readonly<Record<string, string | undefined>>;
  /** Variables that say what the disk will be like. */
  readonly disk: Readonly<Record<string, string>>;
  /** What the block-device step writes into the tree. */
  readonly fstab: string;
  /** For finalise hooks that are shown a disk: its devices' variables, and what decides its identifiers. */
  readonly device?: {
    readonly variables: Readonly<Record<string, string>>;
    readonly shape: KeyInputs;
  };
  readonly epochSeconds: number;
  /** Steps that are gone through although they have no hooks, for a shell is opened there. */
  readonly breakSteps?: ReadonlySet<StepName> | undefined;
  /** Words of the command line that asked for the build, for DIB_ARGS. */
  readonly arguments?: readonly string[] | undefined;
  /** Digest of each declared tool and file of the host, by name or path. */
  readonly host: Readonly<Record<string, string>>;
  /** Pinned things of the outside world by the step that takes them in, each with its digest or commit. */
  readonly locked: Readonly<Record<string, KeyInputs>>;
  /** False: no state is kept before the end of a step, and nothing sealed; by default true. */
  readonly keepsStates?: boolean;
}
