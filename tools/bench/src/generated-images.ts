import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspaceCopy } from './workspace-copy.ts';

/** How large the generated workspace is: 50 images of 30 elements each, from a pool. */
const imageCount = 50;
const elementsPerImage = 30;
const poolSize = 200;

/** Writes many small images into a clone: an operating system of one file, and elements with one hook each. */
export function generateImages(copy: WorkspaceCopy): readonly string[] {
  const write = (path: string, text: string, mode = 0o644): void => {
    const file = join(copy.root, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text, { mode });
  };
  write('elements/bench-os/element-provides', 'operating-system\n');
  write(
    'elements/bench-os/root.d/10-tree',
    '#!/bin/bash\nset -eu\nmkdir -p "$TARGET_ROOT"/etc "$TARGET_ROOT"/tmp\n',
    0o755,
  );
  for (let number = 0; number < poolSize; number += 1) {
    const hook = `#!/bin/bash\nset -eu\necho ${number} >"$TARGET_ROOT"/etc/part-${number}\n`;
    write(`elements/bench-part-${number}/root.d/50-part-${number}`, hook, 0o755);
  }
  return Array.from({ length: imageCount }, (_, image) => {
    const parts = Array.from(
      { length: elementsPerImage - 1 },
      (_item, part) => `bench-part-${(image * 7 + part) % poolSize}`,
    );
    const name = `bench-image-${image}`;
    const elements = ['bench-os', ...parts].map((element) => `  - ${element}\n`).join('');
    write(
      `images/${name}/image.yaml`,
      `description: generated\nskip-base: true\nformats: [tar]\nelements:\n${elements}`,
    );
    return name;
  });
}
