import { relative } from 'node:path';
import type { CreateNodesResult, TargetConfiguration } from '@nx/devkit';
import { loadImage } from '@kiln/cli/app/load-image.ts';
import type { Workspace } from '@kiln/cli/app/workspace.ts';
import { describeFailure } from '@kiln/engine/diagnostics/failure.ts';
import { renderFailures } from '@kiln/engine/diagnostics/render-failure.ts';
import { namedElements, type ReadElement, rememberingReader } from '@kiln/engine/elements/resolve-image.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import { draftBuild } from '@kiln/engine/execute/draft-build.ts';
import { keyOf } from '@kiln/engine/fingerprint/key-record.ts';
import { describe } from '@kiln/engine/plan/plan-step.ts';
import type { StepPlan } from '@kiln/engine/plan/build-plan.ts';
import { steps as allSteps, type StepName } from '@kiln/engine/plan/step.ts';
import { lockVariable } from './lock-variables.ts';
import { readSourceLine } from '@kiln/cli/app/read-source-line.ts';
import type { ImageAnalysis } from './remembered-images.ts';

type Inputs = NonNullable<TargetConfiguration['inputs']>;

/** One image, in the plain form and in each of its configurations. */
export interface AnalysedImage {
  readonly workspace: Workspace;
  readonly name: string;
  readonly configurations: readonly string[];
  /** Steps of the definition as it stands, and of all configurations, by name. */
  readonly plans: ReadonlyMap<StepName, readonly StepPlan[]>;
  readonly elementFolders: ReadonlyMap<string, string>;
  /** Those that the definition as it stands names itself. */
  readonly namedElements: readonly string[];
}

/**
 * Analyses images one after the other; what was read of an element serves all.
 *
 * @param note is told of each element's folder before it is read.
 */
export function createAnalyser(
  workspace: Workspace,
  note: (folder: string) => void,
): (name: string) => ImageAnalysis {
  const readOne = rememberingReader();
  return (name) => {
    const folders = new Set<string>();
    const noting: ReadElement = (folder) => {
      note(folder);
      folders.add(folder);
      return readOne(folder);
    };
    const analysed = analyseImage(workspace, name, noting);
    const { namedElements } = analysed;
    return { nodes: inferImageProject(analysed), namedElements, elementFolders: [...folders].toSorted() };
  };
}

/** Reads an image and plans it in all its forms. Throws with every problem, rendered, because Nx shows only a message. */
export function analyseImage(workspace: Workspace, name: string, readOne: ReadElement): AnalysedImage {
  const load = (configuration: string | undefined) =>
    loadOrThrow(workspace, { name, configuration }, readOne);
  const plain = load(undefined);
  const configurations = Object.keys(plain.definition.configurations).toSorted();
  const images = [plain, ...configurations.map(load)];
  const plans = new Map<StepName, StepPlan[]>();
  for (const image of images) {
    for (const step of draftBuild(image, process.env).steps) {
      plans.set(step.name, [...(plans.get(step.name) ?? []), step]);
    }
  }
  const elementFolders = new Map(
    images.flatMap((image) => image.elements.map((element) => [element.name, element.directory] as const)),
  );
  return {
    workspace,
    name,
    configurations,
    plans,
    elementFolders,
    namedElements: namedElements(plain.definition),
  };
}

function loadOrThrow(
  workspace: Workspace,
  image: { readonly name: string; readonly configuration: string | undefined },
  readOne: ReadElement,
): ResolvedImage {
  const loaded = loadImage(workspace, image.name, image.configuration, readOne);
  if (loaded.ok) return loaded.value;
  const text = renderFailures(loaded.failures, { severity: 'error', colour: 'never', readSourceLine });
  throw new Error(`${loaded.failures.map((failure) => describeFailure(failure).message)[0] ?? ''}\n${text}`);
}

/** The project of one image: its steps as chained targets, and what is done with the finished image beside them. */
export function inferImageProject(analysed: AnalysedImage): CreateNodesResult {
  const { name, configurations } = analysed;
  const root = `images/${name}`;
  const options = { image: name, output: name };
  const variants = {
    configurations: Object.fromEntries(
      configurations.map((configuration) => [
        configuration,
        { configuration, output: `${name}.${configuration}` },
      ]),
    ),
  };
  const targets: Record<string, TargetConfiguration> = {};
  const externalNodes: NonNullable<CreateNodesResult['externalNodes']> = {};
  let previous: string | undefined;
  for (const { name: step } of allSteps) {
    const plans = analysed.plans.get(step);
    if (plans === undefined) continue;
    const node = `kiln:${name}:${step}`;
    const hash = keyOf({
      version: 1,
      inputs: Object.fromEntries(plans.map((plan, index) => [String(index), digestOfPlan(plan)])),
    });
    externalNodes[node as `kiln:${string}`] = externalNode(node, hash);
    targets[step] = {
      executor: '@kiln/nx-plugin:build',
      cache: true,
      options: { ...options, step },
      ...variants,
      ...(previous === undefined ? {} : { dependsOn: [previous] }),
      inputs: [...stepInputs(analysed, plans), ...lockInputs(name, step), { externalDependencies: [node] }],
      outputs: [`{workspaceRoot}/dist/images/{options.output}/steps/${step}`],
    };
    previous = step;
  }
  const definition = [`{projectRoot}/image.yaml`, { externalDependencies: [] }];
  const onImage = {
    options,
    ...variants,
    cache: false,
    dependsOn: ['image'],
    inputs: [...verifyFiles(analysed), ...definition, { dependentTasksOutputFiles: '**/manifest.json' }],
  };
  targets['image'] = {
    executor: '@kiln/nx-plugin:build',
    cache: false,
    options,
    ...variants,
    ...(previous === undefined ? {} : { dependsOn: [previous] }),
    // Not cached: these tell `nx affected` what the image depends on beside its steps.
    inputs: [
      ...definition,
      '{projectRoot}/image.lock.json',
      ...decidingFiles(analysed),
      { dependentTasksOutputFiles: '**/layer.json' },
    ],
    outputs: ['{workspaceRoot}/dist/images/{options.output}/manifest.json'],
  };
  targets['verify'] = { executor: '@kiln/nx-plugin:verify', ...onImage };
  targets['boot'] = { executor: '@kiln/nx-plugin:boot', ...onImage };
  const alone = { cache: false, options, ...variants, inputs: definition };
  targets['watch'] = { executor: '@kiln/nx-plugin:watch', continuous: true, ...alone };
  targets['explain'] = { executor: '@kiln/nx-plugin:explain', ...alone };
  targets['lock'] = { executor: '@kiln/nx-plugin:lock', ...alone };
  targets['outdated'] = { executor: '@kiln/nx-plugin:outdated', ...alone };
  return {
    projects: { [root]: { root, name, projectType: 'application', tags: ['kind:image'], targets } },
    externalNodes,
  };
}

/** Everything of a step that Nx itself cannot see: modes, values, elements outside of the workspace, the host's tools. */
function digestOfPlan(plan: StepPlan): string {
  const hooks = plan.hooksDirectory.map((file) => [`file ${file.path}`, describe(file)] as const);
  return keyOf({ version: 1, inputs: { ...plan.inputs, ...Object.fromEntries(hooks) } });
}

function externalNode(node: string, hash: string) {
  return { type: 'kiln', name: node, data: { packageName: node, version: hash, hash } } as never;
}

/** The files behind a step, so that `nx affected` finds it; the variables that its scripts may read; the records below it. */
function stepInputs(analysed: AnalysedImage, plans: readonly StepPlan[]): Inputs {
  const globs = new Set<string>();
  const variables = new Set<string>();
  for (const plan of plans) {
    for (const file of plan.hooksDirectory) addGlob(globs, analysed, file.element, file.path);
    for (const file of plan.elementFiles)
      addGlob(globs, analysed, file.element, file.path.split('/').slice(1).join('/'));
    for (const variable of plan.readableVariables) variables.add(variable);
  }
  return [
    ...[...globs].toSorted(),
    '{workspaceRoot}/tools/engine/src/**/*',
    ...[...variables].toSorted().map((env) => ({ env })),
    { dependentTasksOutputFiles: '**/layer.json' },
  ];
}

function lockInputs(image: string, step: StepName): Inputs {
  const variable = lockVariable(image, step);
  return variable === undefined ? [] : [{ env: variable }];
}

/** Whole folders rather than files, so that a new file counts too. */
function addGlob(globs: Set<string>, analysed: AnalysedImage, element: string, path: string): void {
  const folder = analysed.elementFolders.get(element);
  const inside = folder === undefined ? '..' : relative(analysed.workspace.root, folder);
  if (inside.startsWith('..')) return;
  const [top = path, ...rest] = path.split('/');
  globs.add(rest.length === 0 ? `{workspaceRoot}/${inside}/${top}` : `{workspaceRoot}/${inside}/${top}/**/*`);
}

function verifyFiles(analysed: AnalysedImage): readonly string[] {
  return inElements(analysed, ['verify.yaml']);
}

/** Files that no step reads and that decide which steps there are and what they read, and the disk. */
function decidingFiles(analysed: AnalysedImage): readonly string[] {
  return inElements(analysed, ['element-deps', 'element-provides', 'element.yaml', 'block-device-*.yaml']);
}

function inElements(analysed: AnalysedImage, patterns: readonly string[]): readonly string[] {
  return [...analysed.elementFolders.values()]
    .map((folder) => relative(analysed.workspace.root, folder))
    .filter((inside) => !inside.startsWith('..'))
    .flatMap((inside) => patterns.map((pattern) => `{workspaceRoot}/${inside}/${pattern}`))
    .toSorted();
}
