import type { Element } from '../elements/element.ts';
import { mergeHooks, type HookFile } from '../elements/merge-hooks.ts';
import { hooksOfPhase } from '../elements/order-hooks.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { digestOf } from '../fingerprint/digest.ts';
import { byteOrder } from '../util/byte-order.ts';
import { type Phase, phases } from '../util/phase.ts';
import type { BuildPlan, CacheMount, KeyInputs, StepPlan } from './build-plan.ts';
import { firstBootHook } from './first-boot.ts';
import { declaredSecrets, hookEnvironment } from './hook-environment.ts';
import { showsDisk } from './shows-disk.ts';
import { namedFiles, tooMuchToRead } from './named-files.ts';
import { readsOtherHooks } from './reads-other-hooks.ts';
import { type StepName, steps, stepsWithoutHooks } from './step.ts';
import { textOf } from './text-of.ts';
import { countsByNameOnly, topOf, visibleElementFiles, visibleHookFiles } from './visible-files.ts';

/** What the plan depends on beside the image: the user's variables, the host's tools, and the pinned outside world. */
export interface PlanSources {
  readonly user: Readonly<Record<string, string | undefined>>;
  /** Variables that say what the disk will be like. */
  readonly disk: Readonly<Record<string, string>>;
  /** What the block-device step writes into the tree. */
  readonly fstab: string;
  /** For finalise hooks that are shown a disk: its devices' variables, and what decides its identifiers. */
  readonly device?: {
    readonly variables: Readonly<Record<string, string>>;
    readonly shape: KeyInputs;
  };
  readonly epochSeconds: number;
  /** Steps that are gone through although they have no hooks, for a shell is opened there. */
  readonly breakSteps?: ReadonlySet<StepName> | undefined;
  /** Words of the command line that asked for the build, for DIB_ARGS. */
  readonly arguments?: readonly string[] | undefined;
  /** Digest of each declared tool and file of the host, by name or path. */
  readonly host: Readonly<Record<string, string>>;
  /** Pinned things of the outside world by the step that takes them in, each with its digest or commit. */
  readonly locked: Readonly<Record<string, KeyInputs>>;
  /** False: no state is kept before the end of a step, and nothing sealed; by default true. */
  readonly keepsStates?: boolean;
}

/**
 * Turns a resolved image into the ordered steps that produce it.
 *
 * Pure: equal arguments give an equal plan, whatever order elements were named in. A step that has no hooks, and in
 * which the framework itself changes nothing, is left out.
 */
export function planBuild(image: ResolvedImage, sources: PlanSources): BuildPlan {
  const merged = mergedHooks(image);
  const elementFiles = filesByElement(image);
  const isGoneThrough = (name: StepName): boolean =>
    stepsWithoutHooks.has(name) || sources.breakSteps?.has(name) === true;
  const planned = steps.flatMap(({ name, phases }): readonly StepPlan[] => {
    const packages = name === 'install' ? image.definition.packages : [];
    const hasHooks = phases.some((phase) => hooksOfPhase(merged, phase).length > 0);
    const mayGetHooks = phases.some((phase) => givesHooks(merged, phase));
    if (!hasHooks && !mayGetHooks && packages.length === 0 && !isGoneThrough(name)) return [];
    const hooksDirectory = visibleHookFiles(merged, phases).filter(
      (file) => name !== 'root' || file.path !== installTypePath,
    );
    const visibleElements = visibleElementFiles(elementFiles, textOf(hooksDirectory));
    const files = [...hooksDirectory, ...visibleElements];
    // A hook that they write for this step reads what they say.
    const writers = phases.flatMap((phase) => writersFor(merged, phase));
    // extra-data hooks may move the hooks of other phases about, and do not run them.
    const read = [...files, ...writers].filter((file) => !countsByNameOnly(file, phases));
    const library = textOf(read).includes('_LIB') ? (image.library ?? []) : [];
    const environment = hookEnvironment(image, { name, files: [...read, ...library] }, sources);
    // Where Kiln sets a variable itself, hooks do not see what the user's names.
    const users = Object.keys(environment.keyed).filter(
      (variable) =>
        environment.variables[variable] ===
        (image.definition.environment[variable] ?? sources.user[variable]),
    );
    const named = namedFiles(users, sources.host);
    const caches = cachesOf(image, name);
    const withDisk = showsDisk(name, hooksDirectory);
    return [
      {
        name,
        phases,
        hooksDirectory,
        elementFiles: visibleElements,
        library,
        environment: environment.variables,
        readableVariables: environment.readable,
        secrets: declaredSecrets(image),
        packages,
        caches,
        showsDisk: withDisk,
        restorable:
          !Object.values(named).includes(tooMuchToRead) &&
          image.elements.every((element) => element.declarations.restorable || !hasHooksIn(element, phases)),
        inputs: {
          step: name,
          architecture: image.definition.architecture,
          epoch: String(sources.epochSeconds),
          ...(sources.keepsStates === false ? { checkpoints: 'never' } : {}),
          ...(packages.length > 0 ? { packages: packages.join(' ') } : {}),
          ...(name === 'block-device' ? diskInputs(sources) : {}),
          ...(withDisk ? sources.device?.shape : {}),
          // Where a cache is mounted, a folder is made. What is in it decides nothing.
          ...Object.fromEntries(
            caches.flatMap(({ path, place }) =>
              place === 'image cache' ? [] : [[`cache ${path}`, 'mounted']],
            ),
          ),
          ...prefixed('environment', environment.keyed),
          ...prefixed('host', {
            ...hostInputs(image, phases, sources),
            ...named,
          }),
          ...prefixed('locked', sources.locked[name] ?? {}),
          ...dataInputs(hooksDirectory, phases),
          ...prefixed('library', Object.fromEntries(library.map((file) => [file.path, describe(file)]))),
          ...prefixed(
            'element',
            Object.fromEntries(visibleElements.map((file) => [file.path, describe(file)])),
          ),
        },
      },
    ];
  });
  return {
    image: image.definition.name,
    steps: planned,
    epochSeconds: sources.epochSeconds,
  };
}

/** Whether extra-data hooks may give hooks to a phase that has none of its own. */
function givesHooks(merged: readonly HookFile[], phase: Phase): boolean {
  const afterExtraData = phases.indexOf(phase) > phases.indexOf('extra-data');
  if (!afterExtraData || hooksOfPhase(merged, 'extra-data').length === 0) return false;
  const folder = `${phase}.d`;
  return merged.some(({ path }) => topOf(path) === folder) || writersFor(merged, phase).length > 0;
}

/** Extra-data scripts that name the folder of a later phase. */
function writersFor(merged: readonly HookFile[], phase: Phase): readonly HookFile[] {
  if (phases.indexOf(phase) <= phases.indexOf('extra-data')) return [];
  return merged.filter(
    (file) => topOf(file.path) === 'extra-data.d' && textOf([file]).includes(`${phase}.d`),
  );
}

/** A file's entry in a key: mode and digest; times and owners do not count. */
export function describe(file: HookFile): string {
  return `${file.kind === 'symlink' ? 'link' : file.mode.toString(8)} ${file.digest}`;
}

const installTypePath = 'environment.d/11-dib-install-type.bash';

/** The hooks of all elements of an image, laid together, and those of the framework itself. */
export function mergedHooks(image: ResolvedImage): readonly HookFile[] {
  const { files } = mergeHooks(image.elements);
  return withInstallType([...files, ...firstBootHook(files)]);
}

/** diskimage-builder writes this file after root.d, so that hooks see the default install type from extra-data on. */
function withInstallType(files: readonly HookFile[]): readonly HookFile[] {
  const content = Buffer.from('export DIB_DEFAULT_INSTALLTYPE=${DIB_DEFAULT_INSTALLTYPE:-source}\n');
  const file: HookFile = {
    path: installTypePath,
    mode: 0o644,
    kind: 'file',
    content,
    digest: digestOf(content),
    element: 'kiln',
  };
  return [...files, file].toSorted((a, b) => byteOrder(a.path, b.path));
}

function filesByElement(image: ResolvedImage): readonly HookFile[] {
  return image.elements.flatMap((element) =>
    element.files.map((file) => ({ ...file, path: `${element.name}/${file.path}`, element: element.name })),
  );
}

/** Everything in the hooks directory but the step's own hooks, which the executor chains one by one. */
function dataInputs(files: readonly HookFile[], phases: readonly StepPlan['phases'][number][]): KeyInputs {
  const own = new Set(phases.flatMap((phase) => hooksOfPhase(files, phase)));
  const byName = phases.includes('extra-data') && !readsOtherHooks(files);
  return Object.fromEntries(
    files
      .filter((file) => !own.has(file))
      .map((file) => [
        file.path,
        byName && countsByNameOnly(file, phases) ? `${file.kind} ${file.mode.toString(8)}` : describe(file),
      ]),
  );
}

/** Tools and files of the host that elements with hooks in this step declare. */
function hostInputs(
  image: ResolvedImage,
  phases: readonly string[],
  sources: PlanSources,
): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const element of image.elements) {
    if (!hasHooksIn(element, phases)) continue;
    const names = [...element.declarations.hostTools.map((it) => it.tool), ...element.declarations.hostFiles];
    for (const name of names) inputs[name] = sources.host[name] ?? 'absent';
  }
  return inputs;
}

function hasHooksIn(element: Element, phases: readonly string[]): boolean {
  return element.files.some((file) => phases.some((phase) => file.path.startsWith(`${phase}.d/`)));
}

/** What the framework writes into the tree: fstab, and a folder for each mount point. */
function diskInputs({ fstab, disk }: PlanSources): KeyInputs {
  return { fstab, 'mount points': disk['DIB_MOUNTPOINTS'] ?? '' };
}

/**
 * Package caches serve up to post-root: what comes after must not need packages. In the root step they serve the elements that
 * work there, so that an element for later steps does not change it by the folder that is made for its cache.
 */
function cachesOf(image: ResolvedImage, step: StepName): readonly CacheMount[] {
  if (step === 'block-device' || step === 'finalise') return [];
  const users = image.elements.filter((element) => step !== 'root' || hasHooksIn(element, ['root']));
  const caches = users.flatMap((element) => element.declarations.caches);
  const byPath = new Map(caches.map((cache) => [cache.path, cache] as const));
  return [...byPath.values()].toSorted((a, b) => byteOrder(a.path, b.path));
}

function prefixed(prefix: string, inputs: KeyInputs): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`${prefix} ${name}`, value]));
}
