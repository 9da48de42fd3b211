import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readTestCases } from '../../src/element-tests/read-test-cases.ts';

const folders: string[] = [];

afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function elementWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-cases-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test('a case says its formats and its type; by default it is a disk, and a tar of it', () => {
  const element = elementWith({
    'test-elements/plain/install.d/10-a': '',
    'test-elements/other/element-type': 'ramdisk\n',
    'test-elements/other/test-output-formats': 'tar,qcow2\n',
    'test-elements/README': '',
  });
  expect(readTestCases(element).map(({ name, type, formats }) => [name, type, formats])).toEqual([
    ['other', 'ramdisk', ['tar', 'qcow2']],
    ['plain', 'disk', ['tar']],
  ]);
  expect(readTestCases(join(element, 'test-elements'))).toEqual([]);
});

test('refuses a type that there is not', () => {
  const element = elementWith({ 'test-elements/odd/element-type': 'floppy\n' });
  expect(() => readTestCases(element)).toThrow(/odd\/element-type: 'disk' or 'ramdisk', not 'floppy'/);
});
