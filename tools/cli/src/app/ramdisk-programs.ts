import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';

/** The programs that `binary-deps.d` of an image's elements name: separated by blanks, `#` begins a comment; each once, sorted. */
export function ramdiskPrograms(image: Pick<ResolvedImage, 'elements'>): readonly string[] {
  const names = image.elements.flatMap(({ directory }) => {
    const folder = join(directory, 'binary-deps.d');
    return filesIn(folder).flatMap((file) =>
      readFileSync(join(folder, file), 'utf8').replaceAll(/#.*/gu, '').split(/\s+/u),
    );
  });
  return [...new Set(names)].filter((name) => name !== '').toSorted();
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
