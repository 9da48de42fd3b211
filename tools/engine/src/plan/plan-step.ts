import type { Element } from '../elements/element.ts';
import type { HookFile } from '../elements/merge-hooks.ts';
import { hooksOfPhase } from '../elements/order-hooks.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { byteOrder } from '../util/byte-order.ts';
import { type Phase, phases } from '../util/phase.ts';
import type { CacheMount, KeyInputs, StepPlan } from './build-plan.ts';
import { declaredSecrets, hookEnvironment, type HookEnvironment } from './hook-environment.ts';
import { namedFiles, tooMuchToRead } from './named-files.ts';
import type { PlanSources } from './plan-sources.ts';
import { readsOtherHooks } from './reads-other-hooks.ts';
import { showsDisk } from './shows-disk.ts';
import type { StepName } from './step.ts';
import { textOf } from './text-of.ts';
import { countsByNameOnly, topOf, visibleElementFiles, visibleHookFiles } from './visible-files.ts';

/** One step of an image, and the files that it may be made of. */
export interface StepSubject {
  readonly name: StepName;
  readonly phases: readonly Phase[];
  /** The hooks directory of all phases. */
  readonly merged: readonly HookFile[];
  readonly elementFiles: readonly HookFile[];
}

/** Packages that the definition itself has installed. */
export function packagesOf(image: ResolvedImage, step: StepName): readonly string[] {
  return step === 'install' ? image.definition.packages : [];
}

/** Plans one step: what its hooks see, and everything that counts in its key. */
export function planStep(image: ResolvedImage, step: StepSubject, sources: PlanSources): StepPlan {
  const { name, phases } = step;
  const files = filesOfStep(image, step);
  const environment = hookEnvironment(image, { name, files: files.read }, sources);
  const named = namedFiles(usersOwn(image, environment, sources), sources.host);
  const packages = packagesOf(image, name);
  const caches = cachesOf(image, name);
  const withDisk = showsDisk(name, files.hooksDirectory);
  return {
    name,
    phases,
    hooksDirectory: files.hooksDirectory,
    elementFiles: files.elementFiles,
    library: files.library,
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
      ...cacheInputs(caches),
      ...prefixed('environment', environment.keyed),
      ...prefixed('host', { ...hostInputs(image, phases, sources), ...named }),
      ...prefixed('locked', sources.locked[name] ?? {}),
      ...dataInputs(files.hooksDirectory, phases),
      ...prefixed('library', described(files.library)),
      ...prefixed('element', described(files.elementFiles)),
    },
  };
}

interface StepFiles {
  readonly hooksDirectory: readonly HookFile[];
  readonly elementFiles: readonly HookFile[];
  readonly library: readonly HookFile[];
  /** Those whose text decides what else the step sees: not all of them run. */
  readonly read: readonly HookFile[];
}

function filesOfStep(image: ResolvedImage, { name, phases, merged, elementFiles }: StepSubject): StepFiles {
  const hooksDirectory = visibleHookFiles(merged, phases).filter(
    (file) => name !== 'root' || file.path !== installTypePath,
  );
  const visible = visibleElementFiles(elementFiles, textOf(hooksDirectory));
  // A hook that they write for this step reads what they say.
  const writers = phases.flatMap((phase) => writersFor(merged, phase));
  // extra-data hooks may move the hooks of other phases about, and do not run them.
  const read = [...hooksDirectory, ...visible, ...writers].filter((file) => !countsByNameOnly(file, phases));
  const library = textOf(read).includes('_LIB') ? (image.library ?? []) : [];
  return { hooksDirectory, elementFiles: visible, library, read: [...read, ...library] };
}

/** Where Kiln sets a variable itself, hooks do not see what the user's names. */
function usersOwn(
  image: ResolvedImage,
  { keyed, variables }: HookEnvironment,
  { user }: PlanSources,
): readonly string[] {
  const set = image.definition.environment;
  return Object.keys(keyed).filter((variable) => variables[variable] === (set[variable] ?? user[variable]));
}

/** Extra-data scripts that name the folder of a later phase. */
export function writersFor(merged: readonly HookFile[], phase: Phase): readonly HookFile[] {
  if (phases.indexOf(phase) <= phases.indexOf('extra-data')) return [];
  return merged.filter(
    (file) => topOf(file.path) === 'extra-data.d' && textOf([file]).includes(`${phase}.d`),
  );
}

/** A file's entry in a key: mode and digest; times and owners do not count. */
export function describe(file: HookFile): string {
  return `${file.kind === 'symlink' ? 'link' : file.mode.toString(8)} ${file.digest}`;
}

/** Written after root.d: see `mergedHooks`. */
export const installTypePath = 'environment.d/11-dib-install-type.bash';

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

/** Where a cache is mounted, a folder is made. What is in it decides nothing. */
function cacheInputs(caches: readonly CacheMount[]): KeyInputs {
  const mounted = caches.filter(({ place }) => place !== 'image cache');
  return Object.fromEntries(mounted.map(({ path }) => [`cache ${path}`, 'mounted']));
}

function described(files: readonly HookFile[]): KeyInputs {
  return Object.fromEntries(files.map((file) => [file.path, describe(file)]));
}

function prefixed(prefix: string, inputs: KeyInputs): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`${prefix} ${name}`, value]));
}
