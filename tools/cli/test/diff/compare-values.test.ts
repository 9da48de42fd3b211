import { expect, test } from 'vitest';
import { compareValues } from '../../src/diff/compare-values.ts';
import { packageVersions } from '../../src/diff/open-subject.ts';

test('what was added, removed and changed, by name', () => {
  const before = new Map([
    ['b', '1'],
    ['a', '1'],
    ['same', '1'],
  ]);
  const after = new Map([
    ['c', '1'],
    ['a', '2'],
    ['same', '1'],
  ]);
  expect(compareValues(before, after)).toEqual([
    { name: 'a', before: '1', after: '2' },
    { name: 'b', before: '1', after: null },
    { name: 'c', before: null, after: '1' },
  ]);
});

test('a package of two architectures counts as two', () => {
  const packages = [
    { name: 'libc6', version: '2.36', architecture: 'amd64' },
    { name: 'libc6', version: '2.36', architecture: 'i386' },
    { name: 'vim', version: '9', architecture: 'amd64' },
  ];
  expect([...packageVersions(packages).keys()]).toEqual(['libc6:amd64', 'libc6:i386', 'vim']);
});
