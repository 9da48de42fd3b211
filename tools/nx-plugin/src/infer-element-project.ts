import type { ProjectConfiguration } from '@nx/devkit';

/** The project of one element. */
export function inferElementProject(element: string): ProjectConfiguration {
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
    },
  };
}
