import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One folder of `test-elements`: an element that is built together with the one that it tests. */
export interface TestCase {
  readonly name: string;
  readonly folder: string;
  /** `ramdisk` has the ramdisk's element in front, as by `ramdisk-image-create`. */
  readonly type: 'disk' | 'ramdisk';
  readonly formats: readonly string[];
}

/** Reads the cases of an element, in byte order; throws where `element-type` says something else than `disk` or `ramdisk`. */
export function readTestCases(element: string): readonly TestCase[] {
  const parent = join(element, 'test-elements');
  if (!existsSync(parent)) return [];
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }): TestCase => {
      const folder = join(parent, name);
      const type = wordIn(join(folder, 'element-type')) ?? 'disk';
      if (type !== 'disk' && type !== 'ramdisk')
        throw new Error(`${join(folder, 'element-type')}: 'disk' or 'ramdisk', not '${type}'`);
      const formats = (wordIn(join(folder, 'test-output-formats')) ?? 'tar').split(/[\s,]+/);
      return { name, folder, type, formats };
    })
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function wordIn(file: string): string | undefined {
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  return text === '' ? undefined : text;
}
