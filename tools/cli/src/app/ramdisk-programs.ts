import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';

/** The programs that `binary-deps.d` of an image's elements name: separated by blanks, `#` begins a comment; each once, sorted. */
export function ramdiskPrograms({ elements }: Pick<ResolvedImage, 'elements'>): readonly string[] {
  const names = elements
    .flatMap(({ files }) =>
      files.filter(({ path, kind }) => kind === 'file' && path.startsWith('binary-deps.d/')),
    )
    .flatMap(({ content }) => content.toString('utf8').replaceAll(/#.*/gu, '').split(/\s+/u))
    .filter((name) => name !== '');
  return [...new Set(names)].toSorted(byteOrder);
}
