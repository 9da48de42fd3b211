import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';

/** The project of one element. One that has `source-repository-*` files can have them fetched beforehand. */
export function inferElementProject(element: string, sources: readonly string[]): ProjectConfiguration {
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
      ...(sources.length === 0 ? {} : { fetch: fetchTarget(element) }),
    },
  };
}

function fetchTarget(element: string): TargetConfiguration {
  return { executor: '@kiln/nx-plugin:fetch', cache: false, options: { element }, inputs: [] };
}
