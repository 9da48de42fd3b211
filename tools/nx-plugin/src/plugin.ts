import { dirname } from 'node:path';
import {
  type CreateDependencies,
  type CreateNodes,
  type CreateNodesResultArray,
  DependencyType,
  type PreTasksExecution,
  type RawProjectGraphDependency,
} from '@nx/devkit';
import { rememberingReader } from '@kiln/engine/elements/resolve-image.ts';
import { inferElementProject } from './infer-element-project.ts';
import { analyseImage, inferImageProject } from './infer-image-project.ts';
import { lockVariables } from './lock-variables.ts';
import { readRelations } from './read-relations.ts';
import { openWorkspace } from '@kiln/cli/app/workspace.ts';

export const name = '@kiln/nx-plugin';

const pattern = '{elements/*/**,images/*/image.yaml}';

/**
 * Every folder in `elements/` is a project `element-<name>`, every folder in `images/` with an `image.yaml` one of its own
 * name. A definition with problems fails every Nx command, with all of them: a graph that lacks an image would be worse.
 */
export const createNodes: CreateNodes = [
  pattern,
  (files, _options, { workspaceRoot }) => {
    const workspace = openWorkspace(workspaceRoot, process.env);
    const readOne = rememberingReader();
    const folders = new Set(files.map((file) => file.split('/').slice(0, 2).join('/')));
    return [...folders].toSorted().map((folder): CreateNodesResultArray[number] => {
      const [kind, folderName = ''] = folder.split('/');
      if (kind === 'elements') {
        const own = files.filter((file) => file.startsWith(`${folder}/`));
        return [folder, { projects: { [folder]: inferElementProject(folderName, own) } }];
      }
      return [`${folder}/image.yaml`, inferImageProject(analyseImage(workspace, folderName, readOne))];
    });
  },
];

/** `element-deps` and what tests name as edges between elements, and the elements that an image names as edges from the image. */
export const createDependencies: CreateDependencies = (_options, { projects, workspaceRoot }) => {
  const workspace = openWorkspace(workspaceRoot, process.env);
  const roots = new Map(Object.entries(projects).map(([project, { root }]) => [root, project]));
  return [...roots].flatMap(([root, source]): readonly RawProjectGraphDependency[] => {
    if (dirname(root) !== 'elements' && dirname(root) !== 'images') return [];
    return readRelations(workspace, root).flatMap(({ element, sourceFile }) => {
      const target = roots.get(`elements/${element}`);
      if (target === undefined || target === source) return [];
      return [{ source, target, sourceFile, type: DependencyType.static }];
    });
  }) as RawProjectGraphDependency[];
};

/** Locks are written before anything is hashed, and stand for themselves as variables. */
export const preTasksExecution: PreTasksExecution = async (_options, { workspaceRoot, argv }) => {
  const workspace = openWorkspace(workspaceRoot, process.env);
  Object.assign(process.env, await lockVariables(workspace, argv.slice(2)));
};
