import type {
  CreateDependencies,
  CreateNodes,
  CreateNodesResultArray,
  DependencyType,
  PreTasksExecution,
  RawProjectGraphDependency,
} from '@nx/devkit';
import { inferElementProject } from './infer-element-project.ts';
import { lockVariables } from './lock-variables.ts';
import { readRelations, type Relation } from './read-relations.ts';
import { type ImageAnalysis, openImageMemory } from './remembered-images.ts';
import { openWorkspace } from '@kiln/cli/app/workspace.ts';

export const name = '@kiln/nx-plugin';

const pattern = '{elements/*/**,images/*/image.yaml}';

/**
 * Every folder in `elements/` is a project `element-<name>`, every folder in `images/` with an `image.yaml` one of its own
 * name. A definition with problems fails every Nx command, with all of them: a graph that lacks an image would be worse.
 */
export const createNodes: CreateNodes = [
  pattern,
  async (files, _options, { workspaceRoot }) => {
    const folders = new Set(files.map((file) => file.split('/').slice(0, 2).join('/')));
    const byKind = (kind: string) =>
      [...folders].toSorted().flatMap((folder) => {
        const [top, name = ''] = folder.split('/');
        return top === kind ? [{ folder, name }] : [];
      });
    const elements = byKind('elements').map(({ folder, name }): CreateNodesResultArray[number] => {
      const own = files.filter((file) => file.startsWith(`${folder}/`));
      return [folder, { projects: { [folder]: inferElementProject(name, own) } }];
    });
    const nodes = await imageNodes(
      workspaceRoot,
      byKind('images').map(({ name }) => name),
    );
    return [...elements, ...nodes];
  },
];

/** What the last graph of this process was made of; its dependencies come from there, too. */
let analyses: ReadonlyMap<string, ImageAnalysis> = new Map();

async function imageNodes(
  workspaceRoot: string,
  images: readonly string[],
): Promise<readonly CreateNodesResultArray[number][]> {
  const workspace = openWorkspace(workspaceRoot, process.env);
  const memory = openImageMemory(workspace, process.env);
  const known = new Map<string, ImageAnalysis>();
  for (const image of images) {
    const recalled = memory.recall(image);
    if (recalled !== undefined) known.set(image, recalled);
  }
  const unknown = images.filter((image) => !known.has(image));
  if (unknown.length > 0) {
    // Loaded only now: it brings half the engine.
    const { createAnalyser } = await import('./infer-image-project.ts');
    const analyse = createAnalyser(workspace, memory.note);
    for (const image of unknown) {
      const analysis = analyse(image);
      memory.keep(image, analysis);
      known.set(image, analysis);
    }
  }
  analyses = known;
  return [...known].map(([image, { nodes }]) => [`images/${image}/image.yaml`, nodes]);
}

/** `element-deps` and what tests name as edges between elements, and the elements that an image names as edges from the image. */
export const createDependencies: CreateDependencies = (_options, { projects, fileMap, workspaceRoot }) => {
  const workspace = openWorkspace(workspaceRoot, process.env);
  const roots = new Map(Object.entries(projects).map(([project, { root }]) => [root, project]));
  const relationsOf = (root: string): readonly Relation[] => {
    const [kind, name = ''] = root.split('/');
    if (kind === 'elements') {
      const files = fileMap.projectFileMap[roots.get(root) ?? ''] ?? [];
      return readRelations(
        workspace,
        name,
        files.map(({ file }) => file),
      );
    }
    const named = kind === 'images' ? (analyses.get(name)?.namedElements ?? []) : [];
    return named.map((element) => ({ element, sourceFile: `${root}/image.yaml` }));
  };
  return [...roots].flatMap(([root, source]): readonly RawProjectGraphDependency[] =>
    relationsOf(root).flatMap(({ element, sourceFile }) => {
      const target = roots.get(`elements/${element}`);
      if (target === undefined || target === source) return [];
      return [{ source, target, sourceFile, type: 'static' as DependencyType }];
    }),
  ) as RawProjectGraphDependency[];
};

/**
 * Locks are written before anything is hashed, and stand for themselves as variables.
 *
 * In CI, tasks of one kind run in one process, which saves each some 0.4 s. Nowhere else: Nx gives such a process no terminal to draw on.
 */
export const preTasksExecution: PreTasksExecution = async (_options, { workspaceRoot, argv }) => {
  // Nx gives an option to the tasks that are named, and not to those that they depend on.
  if (argv.includes('--offline')) process.env['KILN_OFFLINE'] = '1';
  const workspace = openWorkspace(workspaceRoot, process.env);
  if ((process.env['CI'] ?? '') !== '') process.env['NX_BATCH_MODE'] ??= 'true';
  Object.assign(process.env, await lockVariables(workspace, argv.slice(2)));
};
