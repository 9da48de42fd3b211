import { expect, test } from 'vitest';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import { openWorkspace } from '../../src/app/workspace.ts';
import { countsForBuild, watchedPaths } from '../../src/watch/watched-paths.ts';

const workspace = openWorkspace('/ws', { ELEMENTS_PATH: '/outside/elements' });
const elements = [{ directory: '/ws/elements/web' }, { directory: '/outside/elements/more' }];
const image = { elements } as unknown as ResolvedImage;

test('watched are the image and its elements, wherever they lie; while it cannot be resolved, all elements', () => {
  expect(watchedPaths(workspace, 'web', image)).toEqual([
    '/ws/images/web',
    '/ws/elements/web',
    '/outside/elements/more',
  ]);
  expect(watchedPaths(workspace, 'web', undefined)).toEqual([
    '/ws/images/web',
    '/ws/elements',
    '/outside/elements',
  ]);
});

test.each([
  ['/ws/elements/web/install.d/10-a', true],
  ['/ws/elements/web/element.yaml', true],
  ['/ws/elements/web/README.md', false],
  ['/ws/elements/web/verify.yaml', false],
  ['/ws/elements/web/tests/some.test.ts', false],
  ['/ws/elements/web/install.d/.10-a.swp', false],
  ['/ws/elements/web/install.d/10-a~', false],
  ['/outside/elements/more/static/README', true],
  ['/ws/images/web/image.yaml', true],
  ['/ws/images/web/image.lock.json', false],
])('%s counts: %s', (path, counts) => {
  const folders = new Set(elements.map(({ directory }) => directory));
  expect(countsForBuild(path, folders, workspace, 'web')).toBe(counts);
});
