import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readElement } from '../../src/elements/read-element.ts';
import { readLibrary } from '../../src/elements/read-library.ts';
import { script, temporaryFolder, writeTree } from './element-fixture.ts';

function libraryOf(hook: string): readonly string[] {
  const root = writeTree(temporaryFolder(), {
    'elements/uboot/cleanup.d/98-uboot': script(hook),
    'lib/common-functions': 'common() { :; }\n',
    'lib/img-functions': 'image() { :; }\n',
    'lib/disk-image-create': 'main\n',
    'lib/element-info.py': 'main\n',
  });
  const element = readElement(join(root, 'elements/uboot'));
  return element.ok ? readLibrary([element.value]).map(({ path }) => path) : ['unreadable'];
}

test('functions beside the elements are found where an element uses them, commands are not', () => {
  expect(libraryOf('source "$_LIB/img-functions"')).toEqual(['common-functions', 'img-functions']);
  expect(libraryOf('true')).toEqual([]);
});
