import type { ElementFolder } from './element-folder.ts';
import type { Remark } from './finding.ts';

/** One check of an element. Pure: all that it may look at is in the folder as read, and in the surroundings. */
export interface Rule {
  readonly name: string;
  readonly severity: 'error' | 'warning';
  /** For the reference: what it asks for, and why, in a sentence. */
  readonly description: string;
  readonly check: (folder: ElementFolder, surroundings: Surroundings) => readonly Remark[];
}

/** What a rule may know of the world outside the element. */
export interface Surroundings {
  /** Names that `element-deps` may use: elements and what they provide. Undefined: not known, do not check. */
  readonly knownElements: ReadonlySet<string> | undefined;
}
