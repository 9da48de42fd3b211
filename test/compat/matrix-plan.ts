import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What shows that an element did its work. */
export interface Expectations {
  /** Paths that are in the image because of the element. */
  readonly expect?: readonly string[];
  /** Files of the image, and what they hold somewhere. */
  readonly content?: Readonly<Record<string, string>>;
  /** What stands somewhere in the description of the disk: its table, or `ext4 'label' on 1`. */
  readonly disk?: readonly string[];
  /** Lines of the log, or parts of them. */
  readonly log?: readonly string[];
  /** Files beside the image. */
  readonly 'hands-out'?: readonly string[];
  /** Files that must not be beside it. */
  readonly 'absent-files'?: readonly string[];
}

/** What is built, and with what; `@` at the beginning of a variable's value is the work folder. */
export interface Attempt {
  /** A release of Ubuntu; else Debian is built from the mirror of the host. */
  readonly release?: string;
  /** Formats; tar, unless said. */
  readonly types?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** How one of upstream's elements is tried. */
export interface ElementPlan extends Attempt, Expectations {
  /** In one image with the others of this group; else in an image of its own. */
  readonly group?: string;
  /** With these in an image of its own. */
  readonly alone?: readonly string[];
  /** disk-image-create, unless said. */
  readonly command?: string;
}

/** Elements that are built together. */
export interface GroupPlan extends Attempt {
  readonly arguments: readonly string[];
}

/** How upstream's elements are tried: most of them together, a few alone; the rest each as it is. */
export interface MatrixPlan {
  readonly groups: Readonly<Record<string, GroupPlan>>;
  readonly elements: Readonly<Record<string, ElementPlan>>;
}

/** The plan of this repository. */
export function readMatrixPlan(): MatrixPlan {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'upstream-elements.json'), 'utf8')) as MatrixPlan;
}
