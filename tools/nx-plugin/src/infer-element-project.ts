import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';

/** The project of one element, by its files. One that has `source-repository-*` files can have them fetched beforehand. */
export function inferElementProject(element: string, files: readonly string[]): ProjectConfiguration {
  const below = (path: string): boolean =>
    files.some((file) => file.startsWith(`elements/${element}/${path}`));
  return {
    root: `elements/${element}`,
    name: `element-${element}`,
    projectType: 'library',
    tags: ['kind:element'],
    targets: {
      lint: {
        executor: '@kiln/nx-plugin:lint',
        cache: true,
        options: { element },
        inputs: [
          '{projectRoot}/**/*',
          '{workspaceRoot}/tools/element-lint/src/**/*',
          { runtime: `find elements/${element} -printf '%m %y %l %P\\n' | LC_ALL=C sort` },
          { externalDependencies: [] },
        ],
        outputs: [],
      },
      ...(below('tests/') || below('test-elements/') ? { test: testTarget(element) } : {}),
      ...(below('source-repository-') ? { fetch: fetchTarget(element) } : {}),
    },
  };
}

/** What the element and those that it needs consist of, what its tests name (see `readRelations`), and what runs them. */
function testTarget(element: string): TargetConfiguration {
  return {
    executor: '@kiln/nx-plugin:test',
    cache: true,
    options: { element },
    inputs: [
      '{projectRoot}/**/*',
      '^default',
      '{workspaceRoot}/tools/engine/{src,known-elements}/**/*',
      '{workspaceRoot}/tools/testkit/src/{disk,element-tests,host,rig,verify}/**/*',
      { runtime: `find elements -path '*.d/*' -printf '%m %P\\n' | LC_ALL=C sort` },
      { env: 'KILN_OFFLINE' },
      { externalDependencies: [] },
    ],
    outputs: [],
  };
}

function fetchTarget(element: string): TargetConfiguration {
  return { executor: '@kiln/nx-plugin:fetch', cache: false, options: { element }, inputs: [] };
}
