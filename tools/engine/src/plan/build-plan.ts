import type { Element } from '../elements/element.ts';
import type { HookFile } from '../elements/merge-hooks.ts';
import type { Phase } from '../util/phase.ts';
import type { StepName } from './step.ts';

/** Named inputs of a step: what they are called in `explain`, and their values or digests. */
export type KeyInputs = Readonly<Record<string, string>>;

/** One step as it is to run. Only the layers below it, and what extra-data hooks change, are not known yet. */
export interface StepPlan {
  readonly name: StepName;
  readonly phases: readonly Phase[];
  /** Files that the step's hooks find in the hooks directory. */
  readonly hooksDirectory: readonly HookFile[];
  /** Files that host hooks find below ELEMENTS_PATH. */
  readonly elementFiles: readonly HookFile[];
  /** Files that host hooks find in `$_LIB`. */
  readonly library: readonly HookFile[];
  /** Variables before environment.d is sourced. Nothing else reaches a hook. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of variables that elements declare secret. */
  readonly secrets: readonly string[];
  /** Names of variables that the step's scripts would read, if the user set them. In byte order. */
  readonly readableVariables: readonly string[];
  /** Everything that may change the step's result, hooks aside: they are in `hooksDirectory`. */
  readonly inputs: KeyInputs;
  /** Installed after the step's hooks (`-p`). */
  readonly packages: readonly string[];
  /** By path. */
  readonly caches: readonly CacheMount[];
  /** Whether hooks find devices of a disk, and the tree as if it were mounted from them. */
  readonly showsDisk: boolean;
  readonly restorable: boolean;
}

/** A package cache that is mounted into the target root. */
export type CacheMount = Element['declarations']['caches'][number];

export interface BuildPlan {
  readonly image: string;
  readonly steps: readonly StepPlan[];
  /** No file of the image carries a later time. Seconds since 1970. */
  readonly epochSeconds: number;
}
