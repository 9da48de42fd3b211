import type { ImageDefinition } from '../image-definition/image-definition.ts';
import type { Element } from './element.ts';
import type { HookFile } from './merge-hooks.ts';

/** A definition together with all elements that it needs, in byte order of their names. */
export interface ResolvedImage {
  readonly definition: ImageDefinition;
  readonly elements: readonly Element[];
  /** Names that elements provide (`operating-system`, `block-device`) and by which element. */
  readonly providers: ReadonlyMap<string, string>;
  /** What host hooks find in `$_LIB`; left out where there is nothing. */
  readonly library?: readonly HookFile[];
}
