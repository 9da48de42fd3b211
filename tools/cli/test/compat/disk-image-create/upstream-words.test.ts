import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import { expect, test } from 'vitest';
import { compatibleFailureLines } from '../../../src/compat/disk-image-create/upstream-words.ts';

const first = (failure: Failure): string => compatibleFailureLines(failure)[0] ?? '';

test('element problems are in upstream’s words, with a remedy', () => {
  expect(compatibleFailureLines({ code: 'element-not-found', element: 'debain', near: 'debian' })).toEqual([
    "ERROR: Element 'debain' not found",
    "  hint: did you mean 'debian'?",
  ]);
  expect(first({ code: 'element-already-provided', name: 'operating-system', providers: ['a', 'b'] })).toBe(
    "ERROR: operating-system: already provided by ['a']",
  );
  expect(first({ code: 'operating-system-missing', image: 'x' })).toBe(
    'ERROR: Please include an operating system element',
  );
  expect(first({ code: 'element-path-not-a-directory', entry: '/no' })).toBe(
    "ERROR: ELEMENTS_PATH entry '/no' is not a directory ",
  );
  expect(first({ code: 'hook-duplicated', hook: 'install.d/10-x', elements: ['a', 'b'] })).toBe(
    'There is a duplicated hook in your elements: install.d/10-x',
  );
  expect(first({ code: 'elements-not-named' })).toBe(
    'ERROR: At least one distribution root element must be specified',
  );
  expect(first({ code: 'root-empty', elements: [] })).toBe('Failed to deploy the root element.');
});

test('an element that was named and is provided has two lines', () => {
  expect(
    compatibleFailureLines({
      code: 'element-already-provided',
      name: 'operating-system',
      providers: ['debian', 'operating-system'],
    }).slice(0, 2),
  ).toEqual([
    'The following elements are already provided by another element',
    "ERROR: operating-system : already provided by ['debian']",
  ]);
});

test('a missing tool of a format is told as upstream does; any other as Kiln does', () => {
  const tool = (neededFor: string): Failure => ({ code: 'host-tool-missing', tool: 'qemu-img', neededFor });
  expect(first(tool('qcow2 images'))).toBe('qcow2 output format specified but no qemu-img executable found.');
  expect(first(tool('sandboxes'))).toMatch(/^error\[host-tool-missing\]/);
});
