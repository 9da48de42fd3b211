import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import { type DeclaredCheck, parseVerifyFile } from '@kiln/testkit';

/** The checks that the elements of an image declare in their `verify.yaml`; fails with every problem in these files. */
export function loadChecks(image: ResolvedImage): readonly DeclaredCheck[] {
  const parsed = image.elements.flatMap(({ name, directory }) => {
    const path = join(directory, 'verify.yaml');
    if (!existsSync(path)) return [];
    const map = join(directory, 'pkg-map');
    return [
      parseVerifyFile({
        element: name,
        file: relative(process.cwd(), path),
        text: readFileSync(path, 'utf8'),
        packageMap: existsSync(map) ? readFileSync(map, 'utf8') : undefined,
      }),
    ];
  });
  const failures = parsed.flatMap((result) => (result.ok ? [] : result.failures));
  if (failures.length > 0) throw new BuildFailure(failures);
  return parsed.flatMap((result) => (result.ok ? result.value : []));
}
