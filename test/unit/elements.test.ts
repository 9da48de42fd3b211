import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workspaceRoot } from './source-files.ts';

const elements = globSync('elements/*/', { cwd: workspaceRoot }).toSorted();

test('there are elements', () => {
  expect(elements.length).toBeGreaterThan(40);
});

test.each(elements)('%s has a README and tests', (element) => {
  const folder = join(workspaceRoot, element);
  expect(existsSync(join(folder, 'README.md'))).toBe(true);
  expect(globSync(['tests/*.test.ts', 'test-elements/*/'], { cwd: folder })).not.toEqual([]);
});
