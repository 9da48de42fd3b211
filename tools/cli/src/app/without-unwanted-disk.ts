import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import { isTreeFormat } from '@kiln/engine/formats/image-format.ts';

/** Whether elements hand out all that is wanted of an image. As upstream does, any element counts whose name holds these words. */
export function hasNoFinalImage({ elements }: Pick<ResolvedImage, 'elements'>): boolean {
  return elements.some(({ name }) => name.includes('no-final-image'));
}

/** The image without the formats that need a disk; archives of the tree are made in any case. */
export function withoutDisk(image: ResolvedImage): ResolvedImage {
  const { definition } = image;
  return { ...image, definition: { ...definition, formats: definition.formats.filter(isTreeFormat) } };
}
