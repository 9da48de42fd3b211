import type { ResolvedImage } from '../elements/resolved-image.ts';
import type { Report } from '../events/build-event.ts';
import type { BreakPoints } from './shell/break-points.ts';

/**
 * When to take checkpoints: where they pay, or after every hook, which costs more now and less when the next change comes
 * (and lets tests do with hooks that take no time). Or never, and nothing is sealed before the end of a step: for measuring what they
 * cost. Then layers come out otherwise, so it counts in keys.
 */
export type CheckpointPolicy = 'where-they-pay' | 'after-every-hook' | 'never';

/**
 * Which image of which workspace is built. `explain` finds by it what the image had last, and the store's upkeep what is
 * still wanted. Never part of a key.
 */
export interface BuildSubject {
  /** One image in one configuration has one, on this machine: its output directory. */
  readonly id: string;
  /** The image is gone when this file is. */
  readonly definitionFile: string;
  /** Words of a command line that name the image: `web --configuration small`. */
  readonly words: string;
  /** A command line that opens a shell before the hook whose path is put behind it; by default `kiln shell` with these words. */
  readonly shellBefore?: string;
}

/** What a build needs to know beside the image. All paths are absolute. */
export interface BuildRequest {
  readonly image: ResolvedImage;
  /** The user's environment, as data; hooks see only what the elements mention. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Words of the command line that asked for the build: DIB_ARGS, which the element `manifests` writes down. */
  readonly arguments?: readonly string[] | undefined;
  /** Root of the content store. */
  readonly store: string;
  /** What hooks find as DIB_IMAGE_CACHE; by default a folder in the store. */
  readonly imageCache?: string | undefined;
  /** Where work folders lie; undefined: in the store. Must be in the store's file system, and no overlayfs. */
  readonly work?: string | undefined;
  readonly logDirectory: string;
  /** Where an earlier build left artifacts and receipt: what the store lost since is taken from there. */
  readonly earlierOutput?: string | undefined;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
  /** The image's `image.lock.json`; undefined: it has none, and takes what is there now. */
  readonly lockFile?: string | undefined;
  /** `offline`: use only what was fetched before. By default 'online'. */
  readonly network?: 'online' | 'offline' | undefined;
  /** Where the build is to stop and open a shell. */
  readonly breakPoints?: BreakPoints | undefined;
  /** By default 'where-they-pay'. */
  readonly checkpoints?: CheckpointPolicy;
  /** Left out where the image has no place in a workspace: then nothing is noted of it. */
  readonly subject?: BuildSubject | undefined;
}
