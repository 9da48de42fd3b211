import type { StepName } from '@kiln/engine/plan/step.ts';

/** One build of a rig, as plain data, so that another process can be asked for it. All paths are absolute. */
export interface RigRequest {
  /** Folder with `elements/` and `images/`. */
  readonly root: string;
  readonly image: string;
  /** One of the image's configurations. */
  readonly configuration?: string | undefined;
  readonly store: string;
  readonly outputDirectory: string;
  /** What the user's environment would be. */
  readonly environment: Readonly<Record<string, string>>;
  /** Words of the command line that asked for the build. */
  readonly arguments?: readonly string[];
  /** Bring the steps up to date up to this one (or `last`) and make no artifact; undefined: build the image. */
  readonly until: StepName | 'last' | undefined;
  readonly network?: 'online' | 'offline';
  readonly checkpoints: 'where-they-pay' | 'after-every-hook';
}
